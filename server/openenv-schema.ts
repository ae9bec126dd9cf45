import type { Environment } from '../environments/environment.ts';
import { MAX_TIMEOUT_MS } from '../protocol/action.ts';
import { STEPWELL_VERSION } from '../protocol/version.ts';
import { observationProperties, optionProperties } from './openenv-options.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

const METADATA: JsonSchema = { additionalProperties: true, title: 'Metadata', type: 'object' };

/** The action object in one flat schema, as OpenEnv's forms and tools expect it. */
const ACTION: JsonSchema = {
  additionalProperties: false,
  description: 'Run code, submit, grade and go on, or skip: exactly one of the four.',
  properties: {
    metadata: { ...METADATA, description: 'Additional metadata for the action' },
    code: { description: 'Code for the session.', title: 'Code', type: 'string' },
    stdin: { description: 'What the code reads on standard input.', title: 'Stdin', type: 'string' },
    timeout_ms: {
      description: 'Deadline in milliseconds.',
      maximum: MAX_TIMEOUT_MS,
      minimum: 1,
      title: 'Timeout Ms',
      type: 'integer',
    },
    submit: { const: true, description: 'End the episode and grade it.', title: 'Submit', type: 'boolean' },
    answer: { description: 'The answer of a submit.', title: 'Answer', type: 'string' },
    evaluate: { const: true, description: 'Grade now and go on.', title: 'Evaluate', type: 'boolean' },
    skip: {
      const: true,
      description: 'End the episode ungraded, reward 0.',
      title: 'Skip',
      type: 'boolean',
    },
  },
  oneOf: ['code', 'submit', 'evaluate', 'skip'].map((key) => ({ required: [key] })),
  title: 'Action',
  type: 'object',
};

const observation = (environment: Environment): JsonSchema => ({
  additionalProperties: true,
  description:
    'After reset the instruction; after a step what the code printed, and what the environment adds.',
  properties: {
    done: {
      default: false,
      description: 'Whether the episode has terminated',
      title: 'Done',
      type: 'boolean',
    },
    reward: {
      anyOf: [{ type: 'number' }, { type: 'null' }],
      default: null,
      description: 'Reward signal from the last action',
      title: 'Reward',
    },
    metadata: { ...METADATA, description: 'Additional metadata for the observation' },
    ...observationProperties(environment),
  },
  required: ['output'],
  title: 'Observation',
  type: 'object',
});

const STATE: JsonSchema = {
  additionalProperties: true,
  description: 'Base class for environment state.',
  properties: {
    episode_id: {
      anyOf: [{ type: 'string' }, { type: 'null' }],
      default: null,
      description: 'Unique identifier for the current episode',
      title: 'Episode Id',
    },
    step_count: {
      default: 0,
      description: 'Number of steps taken in the current episode',
      minimum: 0,
      title: 'Step Count',
      type: 'integer',
    },
  },
  title: 'State',
  type: 'object',
};

/** Body of `GET /schema`. */
export function openEnvSchema(environment: Environment): JsonSchema {
  return { action: ACTION, observation: observation(environment), state: STATE };
}

/** Body of `GET /metadata`. */
export function openEnvMetadata(environment: Environment): JsonSchema {
  return {
    name: environment.id,
    description: environment.info.description,
    readme_content: environment.readme,
    version: STEPWELL_VERSION,
    author: null,
    documentation_url: null,
  };
}

const RESULT: JsonSchema = {
  properties: {
    observation: { additionalProperties: true, title: 'Observation', type: 'object' },
    reward: { anyOf: [{ type: 'number' }, { type: 'null' }], default: null, title: 'Reward' },
    done: { default: false, title: 'Done', type: 'boolean' },
  },
  required: ['observation'],
  title: 'Result',
  type: 'object',
};

const resetRequest = (environment: Environment): JsonSchema => ({
  additionalProperties: true,
  properties: {
    ...optionProperties(environment),
    seed: { anyOf: [{ minimum: 0, type: 'integer' }, { type: 'null' }], title: 'Seed' },
    episode_id: { anyOf: [{ maxLength: 128, type: 'string' }, { type: 'null' }], title: 'Episode Id' },
  },
  title: 'ResetRequest',
  type: 'object',
});

const STEP_REQUEST: JsonSchema = {
  additionalProperties: true,
  properties: {
    action: { additionalProperties: true, title: 'Action', type: 'object' },
    timeout_s: { anyOf: [{ exclusiveMinimum: 0, type: 'number' }, { type: 'null' }], title: 'Timeout S' },
    request_id: { anyOf: [{ maxLength: 255, type: 'string' }, { type: 'null' }], title: 'Request Id' },
  },
  required: ['action'],
  title: 'StepRequest',
  type: 'object',
};

function operation(summary: string, answer: JsonSchema, request?: JsonSchema): JsonSchema {
  const content = (schema: JsonSchema): JsonSchema => ({ 'application/json': { schema } });
  return {
    summary,
    ...(request === undefined ? {} : { requestBody: { content: content(request) } }),
    responses: { '200': { description: 'Successful Response', content: content(answer) } },
  };
}

/** Body of `GET /openapi.json`. `info.version` is that of OpenEnv's HTTP interface, by which its tools know it. */
export function openEnvApi(environment: Environment): JsonSchema {
  const object: JsonSchema = { type: 'object' };
  return {
    openapi: '3.1.0',
    info: { title: `${environment.id} over OpenEnv`, version: '1.0.0' },
    paths: {
      '/reset': { post: operation('Begin an episode', RESULT, resetRequest(environment)) },
      '/step': { post: operation('Make a step', RESULT, STEP_REQUEST) },
      '/state': { get: operation('State of the episode', STATE) },
      '/metadata': { get: operation('About the environment', object) },
      '/health': { get: operation('Health check', object) },
      '/schema': { get: operation('JSON Schemas of action, observation and state', object) },
      '/mcp': { post: operation('MCP over JSON-RPC', object, object) },
    },
  };
}
