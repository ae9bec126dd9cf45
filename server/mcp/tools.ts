import { randomBytes } from 'node:crypto';
import { type CallToolResult, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import type { KeptEpisodes } from '../kept-episodes.ts';
import type { ClientGate } from '../step-gate.ts';
import { type FileRequest, fileCode } from './file-code.ts';
import { errorAnswer, evaluateAnswer, resetAnswer, stepAnswer, ToolOutput } from './tool-result.ts';
import { type RunInput, type SubmitInput, type ToolName, toolSpecs } from './tool-specs.ts';

export interface ToolsParts {
  readonly environment: Environment;
  readonly episodes: KeptEpisodes;
  readonly gate: ClientGate;
  /** The client's session, whose one episode all calls mean; `undefined`: each call names its episode. */
  readonly session: string | undefined;
}

const EPISODE = z.string().min(1).max(64);

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
  const replaced =
    session === undefined
      ? { episode: EPISODE.optional().describe('An episode to end. Default: none.') }
      : {};
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

  const tools: Readonly<Record<ToolName, (input: never, context: ServerContext) => Promise<CallToolResult>>> =
    {
      reset: ({ episode, ...options }: ResetOptions & { episode?: string }, { mcpReq }) =>
        answered(async () => {
          if (episode !== undefined) await episodes.close(episode, 'client');
          const key = session ?? randomBytes(16).toString('base64url');
          const request = { environment: environment.id, options, signal: mcpReq.signal };
          return resetAnswer(await episodes.open(key, request), session === undefined ? key : undefined);
        }),
      run: ({ code, stdin, timeout_ms, ...rest }: RunInput) => step(keyOf(rest), { code, stdin, timeout_ms }),
      files: ({ operation, path, content, encoding, ...rest }: FileRequest) =>
        step(keyOf(rest), {
          code: fileCode(environment.language, { operation, path, content, encoding }),
        }),
      evaluate: (input: object) =>
        answered(() =>
          episodes.use(keyOf(input), async (episode) => evaluateAnswer(await episode.evaluate())),
        ),
      submit: ({ answer, ...rest }: SubmitInput) => step(keyOf(rest), { submit: true, answer }),
    };
  for (const { name, description, input } of toolSpecs(environment)) {
    const inputSchema = input.extend(name === 'reset' ? replaced : named);
    server.registerTool(name, { description, inputSchema, outputSchema: ToolOutput }, (values, context) =>
      tools[name](values as never, context),
    );
  }
  return server;
}
