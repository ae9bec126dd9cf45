import type { Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ActionOutcome, EnvironmentEpisode, EpisodeDefaults, Grade, Task } from '../environment.ts';
import { observedRun } from '../observed-run.ts';
import type { NativeGoldSource } from './native-gold.ts';
import { type Answer, nativeReward } from './native-reward.ts';

export interface NativeEpisodeParts {
  readonly task: Task;
  /** In the task's start state. */
  readonly sandbox: Sandbox;
  readonly gold: NativeGoldSource;
  readonly defaults: EpisodeDefaults;
  readonly idleTimeoutMs?: number;
  /** Time that the start state took, in milliseconds. */
  readonly placedInMs: number;
}

const BLANK = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

function isBlank(output: Buffer): boolean {
  return output.every((byte) => BLANK.has(byte));
}

/** One shell for the whole episode; files graded from the layer. */
export class NativeEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #gold: NativeGoldSource;
  readonly #defaults: EpisodeDefaults;
  readonly #idleTimeoutMs: number | undefined;
  #lastOutput: Answer = null;

  constructor(parts: NativeEpisodeParts) {
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#gold = parts.gold;
    this.#defaults = parts.defaults;
    this.#idleTimeoutMs = parts.idleTimeoutMs;
    this.initial = { observation: { output: parts.task.instruction }, durationMs: parts.placedInMs };
  }

  async act(action: Extract<ActionObject, { code: string }>): Promise<ActionOutcome> {
    const result = await this.sandbox.run({
      code: action.code,
      ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
      timeoutMs: action.timeout_ms ?? this.#defaults.stepTimeoutMs,
      ...(this.#idleTimeoutMs === undefined ? {} : { idleTimeoutMs: this.#idleTimeoutMs }),
      maxOutputBytes: this.#defaults.maxOutputBytes,
    });
    if (!isBlank(result.output)) this.#lastOutput = result;
    return { observation: observedRun(result), durationMs: result.durationMs };
  }

  async grade(options: { readonly answer?: string; readonly final: boolean }): Promise<Grade> {
    const began = performance.now();
    const gold = this.#gold(this.sandbox.image);
    // Whoever awaits it comes later; a failure until then is not unhandled.
    gold.catch(() => {});
    const changes = await this.#changes(options.final);
    const graded = nativeReward({ changes }, options.answer ?? this.#lastOutput, await gold);
    return { ...graded, durationMs: performance.now() - began };
  }

  /** What the agent changed, with none of its processes at work meanwhile. */
  async #changes(final: boolean) {
    if (final) {
      const [, changes] = await Promise.all([this.sandbox.quiesce('kill'), this.sandbox.diff()]);
      return changes;
    }
    const [, changes] = await Promise.all([
      this.sandbox.quiesce('stop'),
      this.sandbox.diff(),
      this.sandbox.quiesce('resume'),
    ]);
    return changes;
  }
}
