import { randomBytes } from 'node:crypto';
import { type CallToolResult, McpServer, type ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import { type FileRequest, fileCode } from '../fronts/file-code.ts';
import type { KeptEpisodes } from '../fronts/kept-episodes.ts';
import {
  type RunInput,
  type SubmitInput,
  type ToolName,
  type ToolSpec,
  toolSpecs,
} from '../fronts/tool-specs.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import { errorAnswer, evaluateAnswer, resetAnswer, stepAnswer, ToolOutput } from './tool-result.ts';

export interface ToolsParts {
  /** Made for clients with a session if there is one, else for those without. */
  readonly offer: ToolOffer;
  readonly episodes: KeptEpisodes;
  readonly gate: ClientGate;
  /** The client's session, whose one episode all calls mean; `undefined`: each call names its episode. */
  readonly session: string | undefined;
}

/** What the server of an environment offers to all clients of a kind; made once, as its schemas are costly. */
export interface ToolOffer {
  readonly environment: Environment;
  readonly instructions: string;
  readonly specs: readonly ToolSpec[];
}

const EPISODE = z.string().min(1).max(64);

/** @param session whether a session names the client's episode, and not each call */
export function toolOffer(environment: Environment, session: boolean): ToolOffer {
  const { id, info } = environment;
  const handle = session ? '' : ' It returns an `episode`, which every other tool takes.';
  const named = session ? {} : { episode: EPISODE.describe('As `reset` returned it.') };
  const replaced = session
    ? {}
    : { episode: EPISODE.optional().describe('An episode to end. Default: none.') };
  return {
    environment,
    instructions: `${id}: ${info.description} Call \`reset\` first: it begins an episode and returns the task.${handle} Then \`run\` code, and \`submit\` to end the episode and have it graded.`,
    specs: toolSpecs(environment).map(({ input, ...spec }) => ({
      ...spec,
      input: input.extend(spec.name === 'reset' ? replaced : named),
    })),
  };
}

/** The MCP server of one client: tools that play the episodes of an environment. */
export function mcpServer({ offer, episodes, gate, session }: ToolsParts): McpServer {
  const { environment, instructions, specs } = offer;
  const server = new McpServer(
    { name: 'stepwell', version: STEPWELL_VERSION, title: `Stepwell ${environment.id}` },
    { instructions },
  );
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
  for (const { name, description, input } of specs) {
    const spec = { description, inputSchema: input, outputSchema: ToolOutput };
    server.registerTool(name, spec, (values, context) => tools[name](values as never, context));
  }
  return server;
}
