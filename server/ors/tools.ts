import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { StepResult } from '../../protocol/episode.ts';
import { FileRequest, fileCode } from '../fronts/file-code.ts';
import { stepText } from '../fronts/step-text.ts';
import { toldFailure } from '../fronts/told-failure.ts';
import { toolSpecs, withoutNulls } from '../fronts/tool-specs.ts';
import { clipped } from '../json/excerpt.ts';
import { reasonsIn } from '../json/param-issues.ts';

/** Why a tool was not run, as ORS names it. */
export type CallRefusal = 'not_found' | 'input_validation' | 'episode_finished';

/** The result of a call, as ORS has it. */
export type CallResult =
  | { readonly ok: true; readonly output: CallOutput }
  | { readonly ok: false; readonly error: string; readonly reason: CallRefusal | null };

interface CallOutput {
  readonly blocks: readonly TextBlock[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly reward: number | null;
  readonly finished: boolean;
}

export interface TextBlock {
  readonly text: string;
  readonly detail: null;
  readonly type: 'text';
}

export function textBlock(text: string): TextBlock {
  return { text, detail: null, type: 'text' };
}

export function refusedCall(error: string, reason: CallRefusal | null): CallResult {
  return { ok: false, error: clipped(error), reason };
}

/** A session is one episode, so it has no tool to begin another. Its reward is that of its end: none grades in between. */
const LEFT_OUT: ReadonlySet<string> = new Set(['reset', 'evaluate']);

/** The tools of an environment, as ORS lists and calls them. */
export class OrsTools {
  /** Body of `GET /tools`. */
  readonly listed: object;
  readonly #environment: Environment;
  readonly #inputs: ReadonlyMap<string, z.ZodObject>;

  constructor(environment: Environment) {
    const specs = toolSpecs(environment).filter(({ name }) => !LEFT_OUT.has(name));
    this.#environment = environment;
    this.#inputs = new Map(specs.map(({ name, input }) => [name, input]));
    const tools = specs.map(({ name, description, input }) => {
      const { $schema: _, ...schema } = z.toJSONSchema(input, { io: 'input' });
      return { name, description, input_schema: schema };
    });
    this.listed = { tools, terminal_tool: null, supports_score_group: false, message_block_types: null };
  }

  /** The action that a call stands for, or why there is none. `null` is a field that is not set, as Python clients send it. */
  actionOf(name: string, input: Readonly<Record<string, unknown>>): ActionObject | CallResult {
    const schema = this.#inputs.get(name);
    if (schema === undefined) {
      const names = [...this.#inputs.keys()].join(', ');
      return refusedCall(`There is no tool ${clipped(name, 100)}; there are ${names}.`, 'not_found');
    }
    const parsed = schema.safeParse(withoutNulls(input));
    if (!parsed.success) {
      return refusedCall(`Invalid input of ${name}: ${reasonsIn(parsed.error)}`, 'input_validation');
    }
    if (name === 'submit') return { submit: true, ...parsed.data };
    if (name === 'run') return parsed.data as ActionObject;
    return { code: fileCode(this.#environment.language, FileRequest.parse(parsed.data)) };
  }
}

/** What a call returns. A failure ends the episode without a reward, and marks the sample. */
export function callResult(result: StepResult): CallResult {
  const { observation, reward, terminated, truncated, step, info } = result;
  const { output: _, ...facts } = observation;
  const failure = result.failure === null ? {} : { failure: toldFailure(result.failure), mask_sample: true };
  return {
    ok: true,
    output: {
      blocks: [textBlock(stepText(result))],
      metadata: { ...facts, step, terminated, truncated, info, ...failure },
      reward,
      finished: terminated || truncated,
    },
  };
}
