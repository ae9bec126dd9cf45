import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { type OpenEnvObservation, type OpenEnvState, OpenEnvToolStep } from '../../protocol/openenv.ts';
import { FileRequest, fileCode } from '../fronts/file-code.ts';
import { toolSpecs, withoutNulls } from '../fronts/tool-specs.ts';
import { clipped } from '../json/excerpt.ts';
import { OpenEnvExecutionError } from './episodes.ts';
import { validate } from './validation.ts';

type Data = Readonly<Record<string, unknown>>;

/** The episodes of one client, as messages and tools use them. */
export interface OpenEnvPlayer {
  reset(data: Data): Promise<OpenEnvObservation>;
  step(data: Data): Promise<OpenEnvObservation>;
  state(): OpenEnvState | Promise<OpenEnvState>;
}

/** A tool as OpenEnv lists it. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: object;
}

/** The tools of an environment, as OpenEnv's client for tools lists and calls them. */
export class OpenEnvTools {
  readonly list: readonly ListedTool[];
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.list = toolSpecs(environment).map(({ name, description, input }) => {
      const { $schema: _, ...inputSchema } = z.toJSONSchema(input, { io: 'input' });
      return { name, description, inputSchema };
    });
  }

  /**
   * Call a tool.
   * @throws {OpenEnvValidationError} @throws {OpenEnvExecutionError} as `OpenEnvEpisodes.step`, and for an unknown tool
   */
  async call(player: OpenEnvPlayer, name: string, given: Data): Promise<OpenEnvObservation> {
    const input = withoutNulls(given);
    switch (this.list.find((tool) => tool.name === name)?.name) {
      case 'reset':
        return player.reset(input);
      case 'run':
        return player.step({ ...input, code: input.code });
      case 'files':
        return player.step({ code: fileCode(this.#environment.language, validate(FileRequest, input)) });
      case 'evaluate':
        return player.step({ ...input, evaluate: true });
      case 'submit':
        return player.step({ ...input, submit: true });
      default: {
        const names = this.list.map((tool) => tool.name).join(', ');
        throw new OpenEnvExecutionError(`There is no tool ${clipped(name, 100)}; there are ${names}.`);
      }
    }
  }

  /** Make a step, which may also list the tools or call one. @throws as `call` */
  async step(player: OpenEnvPlayer, data: Data): Promise<OpenEnvObservation> {
    if (data.type === 'list_tools') {
      const tools = this.list.map(({ inputSchema, ...tool }) => ({ ...tool, input_schema: inputSchema }));
      return { observation: { tools }, reward: null, done: false };
    }
    if (data.type !== 'call_tool') return player.step(data);
    const { tool_name, arguments: input } = validate(OpenEnvToolStep, data);
    const result = await this.call(player, tool_name, input ?? {});
    return { ...result, observation: { tool_name, result, error: null } };
  }
}
