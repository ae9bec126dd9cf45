import { randomBytes } from 'node:crypto';
import { type CallToolResult, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { type ActionObject, CodeAction, SubmitAction } from '../../protocol/action.ts';
import { CommonOptions, type ResetOptions } from '../../protocol/episode.ts';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import type { KeptEpisodes } from '../kept-episodes.ts';
import type { ClientGate } from '../step-gate.ts';
import { FileRequest, fileCode } from './file-code.ts';
import { errorAnswer, evaluateAnswer, resetAnswer, stepAnswer, ToolOutput } from './tool-result.ts';

export interface ToolsParts {
  readonly environment: Environment;
  readonly episodes: KeptEpisodes;
  readonly gate: ClientGate;
  /** The client's session, whose one episode all calls mean; `undefined`: each call names its episode. */
  readonly session: string | undefined;
}

const EPISODE = z.string().min(1).max(64);

const RUN = {
  code: CodeAction.shape.code.describe('Code for the session.'),
  stdin: CodeAction.shape.stdin.describe('What the code reads on standard input. Default: nothing.'),
  timeout_ms: CodeAction.shape.timeout_ms.describe(
    "Deadline in milliseconds. Default: the server's `--step-timeout-ms`.",
  ),
};
const SUBMIT = {
  answer: SubmitAction.shape.answer.describe(
    'The answer, if the task asks for one. Default: the last output.',
  ),
};

/** Names of the tools, in the order in which they are used. */
export const TOOLS = ['reset', 'run', 'files', 'evaluate', 'submit'] as const;

function instructions({ id, info }: Environment, session: boolean): string {
  const handle = session ? '' : ' It returns an `episode`, which every other tool takes.';
  return `${id}: ${info.description} Call \`reset\` first: it begins an episode and returns the task.${handle} Then \`run\` code, and \`submit\` to end the episode and have it graded.`;
}

/** The MCP server of one client: tools that play the episodes of an environment. */
export function mcpServer({ environment, episodes, gate, session }: ToolsParts): McpServer {
  const server = new McpServer(
    { name: 'stepwell', version: STEPWELL_VERSION, title: `Stepwell ${environment.id}` },
    { instructions: instructions(environment, session !== undefined) },
  );
  /** Names the episode, if no session does. */
  const named = session === undefined ? { episode: EPISODE.describe('As `reset` returned it.') } : {};
  const keyOf = ({ episode }: { readonly episode?: unknown }): string => session ?? String(episode);
  const answered = async (work: () => Promise<CallToolResult>): Promise<CallToolResult> => {
    try {
      return await work();
    } catch (error) {
      return errorAnswer(error);
    }
  };
  const step = (key: string, action: ActionObject): Promise<CallToolResult> =>
    answered(() =>
      episodes.use(key, async (episode) => {
        const result = await episode.step(undefined, action, gate);
        gate.written(result);
        return stepAnswer(result);
      }),
    );

  server.registerTool(
    'reset',
    {
      description: `Begin an episode and get its task. ${environment.info.description}`,
      inputSchema: z.strictObject({
        ...CommonOptions.shape,
        ...environment.options,
        ...(session === undefined
          ? { episode: EPISODE.optional().describe('An episode to end. Default: none.') }
          : {}),
      }),
      outputSchema: ToolOutput,
    },
    (input, { mcpReq }) =>
      answered(async () => {
        const { episode, ...options } = input as ResetOptions & { episode?: string };
        if (episode !== undefined) await episodes.close(episode, 'client');
        const key = session ?? randomBytes(16).toString('base64url');
        const request = { environment: environment.id, options, signal: mcpReq.signal };
        return resetAnswer(await episodes.open(key, request), session === undefined ? key : undefined);
      }),
  );
  server.registerTool(
    'run',
    {
      description: 'Run code in the episode’s session, which keeps its state, and get what it prints.',
      inputSchema: z.strictObject({ ...RUN, ...named }),
      outputSchema: ToolOutput,
    },
    ({ code, stdin, timeout_ms, ...rest }) => step(keyOf(rest), { code, stdin, timeout_ms }),
  );
  const { language } = environment;
  if (language !== 'other') {
    server.registerTool(
      'files',
      {
        description: 'List a folder, read a file or write one. It is a step like `run`.',
        inputSchema: FileRequest.extend(named),
        outputSchema: ToolOutput,
      },
      ({ operation, path, content, encoding, ...rest }) =>
        step(keyOf(rest), { code: fileCode(language, { operation, path, content, encoding }) }),
    );
  }
  server.registerTool(
    'evaluate',
    {
      description: 'Grade the episode as it is now and go on. It is no step.',
      inputSchema: z.strictObject(named),
      outputSchema: ToolOutput,
    },
    (input) =>
      answered(() => episodes.use(keyOf(input), async (episode) => evaluateAnswer(await episode.evaluate()))),
  );
  server.registerTool(
    'submit',
    {
      description: 'End the episode and grade it.',
      inputSchema: z.strictObject({ ...SUBMIT, ...named }),
      outputSchema: ToolOutput,
    },
    ({ answer, ...rest }) => step(keyOf(rest), { submit: true, answer }),
  );
  return server;
}
