import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { CodeAction, SubmitAction } from '../../protocol/action.ts';
import { CommonOptions, EpisodeId } from '../../protocol/episode.ts';
import { OpenEnvStepRequest } from '../../protocol/openenv.ts';
import { STEPWELL_VERSION } from '../../protocol/version.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** An object's JSON Schema in the form that Pydantic gives OpenEnv's own. */
function jsonSchema(schema: z.ZodObject) {
  const {
    $schema: _,
    properties = {},
    additionalProperties,
    ...rest
  } = z.toJSONSchema(schema, { io: 'input' });
  return {
    ...rest,
    ...openness(additionalProperties),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, pydanticProperty(name, property)]),
    ),
  };
}

/** Writes `additionalProperties: true` if additional properties are allowed. */
function openness(additionalProperties: unknown) {
  if (additionalProperties === undefined) return {};
  return { additionalProperties: additionalProperties !== false };
}

/** Adds a title, writes several types as `anyOf`, and drops the bound `MAX_SAFE_INTEGER`. */
function pydanticProperty(name: string, property: z.core.JSONSchema._JSONSchema): JsonSchema {
  const {
    additionalProperties,
    propertyNames: _,
    type,
    maximum,
    ...rest
  } = property as z.core.JSONSchema.JSONSchema;
  return {
    title: titleOf(name),
    ...rest,
    ...(Array.isArray(type) ? { anyOf: type.map((one) => ({ type: one })) } : { type }),
    ...openness(additionalProperties),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum }),
  };
}

/** E.g. `Timeout Ms` for `timeout_ms`. */
function titleOf(name: string): string {
  return name.replace(/_/g, ' ').replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

const ANY = z.record(z.string(), z.unknown());
const REWARD = z.number().nullable().default(null);
const DONE = z.boolean().default(false);

/**
 * The action object in one flat schema, as OpenEnv's forms and tools expect it. `code` alone is required, so that those
 * which send a model's text take it for code; an action of another kind may leave it out.
 */
const ACTION = z
  .strictObject({
    metadata: ANY.describe('Additional metadata for the action').optional(),
    code: CodeAction.shape.code.describe('Code for the session. Not needed with submit, evaluate or skip.'),
    stdin: CodeAction.shape.stdin.describe('What the code reads on standard input.'),
    timeout_ms: CodeAction.shape.timeout_ms.describe('Deadline in milliseconds.'),
    submit: z.literal(true).optional().describe('Instead of code: end the episode and grade it.'),
    answer: SubmitAction.shape.answer.describe('The answer of a submit.'),
    evaluate: z.literal(true).optional().describe('Instead of code: grade now and go on.'),
    skip: z.literal(true).optional().describe('Instead of code: end the episode ungraded, reward 0.'),
  })
  .meta({ description: 'Run code, submit, grade and go on, or skip: exactly one of the four.' });

/** E.g. `BashV1Action` for `bash-v1`. */
function actionTitle(id: string): string {
  return `${titleOf(id.replace(/[^a-zA-Z0-9]+/g, '_')).replaceAll(' ', '')}Action`;
}

const OBSERVATION = jsonSchema(
  z
    .looseObject({
      done: DONE.describe('Whether the episode has terminated'),
      reward: REWARD.describe('Reward signal from the last action'),
      metadata: ANY.optional().describe('Additional metadata for the observation'),
    })
    .meta({
      title: 'Observation',
      description:
        'After reset the instruction; after a step what the code printed, and what the environment adds.',
      required: ['output'],
    }),
);

const STATE = jsonSchema(
  z
    .looseObject({
      episode_id: z.string().nullable().default(null).describe('Unique identifier for the current episode'),
      step_count: z.number().int().min(0).default(0).describe('Number of steps taken in the current episode'),
      task_id: z.string().optional().describe('Id of the task of the episode'),
      dataset: z.string().optional().describe('Dataset of the task'),
      seed: z.number().int().optional().describe('Seed of the episode'),
      success: z.boolean().nullish().describe('Whether the last grade agreed with the gold'),
      failure: ANY.nullish().describe('The fault that ended the episode; drop the sample'),
    })
    .meta({ title: 'State', description: 'Base class for environment state.' }),
);

const RESULT = jsonSchema(
  z.object({ observation: ANY, reward: REWARD, done: DONE }).meta({ title: 'Result' }),
);

const RESET_REQUEST = jsonSchema(
  z
    .looseObject({ seed: CommonOptions.shape.seed.unwrap().nullish(), episode_id: EpisodeId.nullish() })
    .meta({ title: 'ResetRequest' }),
);

const STEP_REQUEST = jsonSchema(OpenEnvStepRequest.meta({ title: 'StepRequest' }));

const OUTPUT = z.string().describe('Text for the agent: after reset the instruction, then what was printed.');

/** Keys that every JSON Schema has and a part of another one does not repeat. */
function propertiesOf(schema: z.ZodType): Readonly<Record<string, JsonSchema>> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, JsonSchema>>;
  };
  return properties;
}

/** What the observations of an environment hold beyond OpenEnv's own fields, as JSON Schemas by name. */
export function observationProperties({
  observation,
}: Pick<Environment, 'observation'>): Readonly<Record<string, JsonSchema>> {
  return propertiesOf(z.object({ output: OUTPUT, ...observation }));
}

/** The options that a reset of the environment takes, as JSON Schemas by name; each may be null, which means its default. */
export function optionProperties({
  options,
}: Pick<Environment, 'options'>): Readonly<Record<string, JsonSchema>> {
  const all = Object.entries(propertiesOf(z.object({ ...CommonOptions.shape, ...options })));
  return Object.fromEntries(
    all.map(([name, { description, ...schema }]) => [
      name,
      { anyOf: [schema, { type: 'null' }], ...(description === undefined ? {} : { description }) },
    ]),
  );
}

/** Body of `GET /schema`. */
export function openEnvSchema(environment: Environment): JsonSchema {
  const properties = { ...OBSERVATION.properties, ...observationProperties(environment) };
  const observation = { ...OBSERVATION, properties };
  const action = jsonSchema(ACTION.meta({ ...ACTION.meta(), title: actionTitle(environment.id) }));
  return { action, observation, reset_observation: observation, state: STATE };
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
  const properties = { ...optionProperties(environment), ...RESET_REQUEST.properties };
  const reset = { ...RESET_REQUEST, properties };
  return {
    openapi: '3.1.0',
    info: { title: `${environment.id} over OpenEnv`, version: '1.0.0' },
    paths: {
      '/reset': { post: operation('Begin an episode', RESULT, reset) },
      '/step': { post: operation('Make a step', RESULT, STEP_REQUEST) },
      '/state': { get: operation('State of the episode', STATE) },
      '/metadata': { get: operation('About the environment', object) },
      '/health': { get: operation('Health check', object) },
      '/schema': { get: operation('JSON Schemas of action, observation and state', object) },
      '/list_environments': { get: operation('The environments of these routes', object) },
      [`/${environment.id}/splits`]: { get: operation('The splits of its tasks', object) },
      [`/${environment.id}/tasks`]: { post: operation('The tasks of a split', object, object) },
      [`/${environment.id}/num_tasks`]: { post: operation('Number of tasks of a split', object, object) },
      [`/${environment.id}/task`]: { post: operation('One task of a split', object, object) },
      [`/${environment.id}/task_range`]: { post: operation('Some tasks of a split', object, object) },
      '/mcp': { post: operation('MCP over JSON-RPC', object, object) },
    },
  };
}
