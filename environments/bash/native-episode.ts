import { within } from '../../docker/deadline.ts';
import type { LayerDiff, Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type {
  ActionOutcome,
  EnvironmentEpisode,
  EpisodeDefaults,
  Grade,
  GradeRequest,
  Task,
} from '../environment.ts';
import { observedRun } from '../output-text.ts';
import type { Answer } from './answer-similarity.ts';
import { explainedFiles } from './native-explanation.ts';
import type { NativeGoldSource } from './native-gold.ts';
import { nativeReward } from './native-reward.ts';

export interface NativeEpisodeParts {
  readonly task: Task;
  /** In the task's start state. */
  readonly sandbox: Sandbox;
  readonly gold: NativeGoldSource;
  readonly defaults: EpisodeDefaults;
  readonly idleTimeoutMs?: number;
  /** Time to make the start state, in milliseconds. */
  readonly placedInMs: number;
}

const BLANK = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

function isBlank(output: Buffer): boolean {
  return output.every((byte) => BLANK.has(byte));
}

/** One shell for the whole episode; files are graded from the layer. */
export class NativeEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #gold: NativeGoldSource;
  readonly #defaults: EpisodeDefaults;
  readonly #idleTimeoutMs: number | undefined;
  readonly #parts: NativeEpisodeParts;
  #lastOutput: Answer;

  constructor(parts: NativeEpisodeParts, lastOutput: Answer = null) {
    this.#parts = parts;
    this.#lastOutput = lastOutput;
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#gold = parts.gold;
    this.#defaults = parts.defaults;
    this.#idleTimeoutMs = parts.idleTimeoutMs;
    this.initial = { observation: { output: parts.task.instruction }, durationMs: parts.placedInMs };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const result = await this.sandbox.run({
      code: action.code,
      ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
      timeoutMs: within(action.timeout_ms ?? this.#defaults.stepTimeoutMs, atMostMs),
      ...(this.#idleTimeoutMs === undefined ? {} : { idleTimeoutMs: this.#idleTimeoutMs }),
      maxOutputBytes: this.#defaults.maxOutputBytes,
    });
    if (!isBlank(result.output)) this.#lastOutput = result;
    return { observation: observedRun(result), durationMs: result.durationMs };
  }

  async grade(options: GradeRequest): Promise<Grade> {
    const began = performance.now();
    const gold = this.#gold(this.sandbox.image);
    // It is awaited later; a rejection until then must not count as unhandled.
    gold.catch(() => {});
    const diff = await this.#diff(options.final);
    const outcome = await gold;
    const durationMs = () => performance.now() - began;
    if (outcome.gold === null) {
      const info = { ungraded: outcome.ungradable.reason };
      return { reward: null, components: {}, durationMs: durationMs(), info };
    }
    const answer = options.answer ?? this.#lastOutput;
    const graded = nativeReward(diff, answer, outcome.gold, this.task.instruction);
    const info = diff.exceeded === null ? {} : { info: { files_exceed: diff.exceeded } };
    const facts = { agent: diff, answer, gold: outcome.gold, graded };
    const explain = () => explainedFiles({ ...facts, sandbox: options.final ? this.sandbox : null });
    return { ...graded, ...info, durationMs: durationMs(), explain };
  }

  copy(): (sandbox: Sandbox) => EnvironmentEpisode {
    const lastOutput = this.#lastOutput;
    return (sandbox) => new NativeEpisode({ ...this.#parts, sandbox }, lastOutput);
  }

  /** The agent's changes, read while its processes are stopped. */
  async #diff(final: boolean): Promise<LayerDiff> {
    if (final) {
      const [, diff] = await Promise.all([this.sandbox.quiesce('kill'), this.sandbox.diff()]);
      return diff;
    }
    const [, diff] = await Promise.all([
      this.sandbox.quiesce('stop'),
      this.sandbox.diff(),
      this.sandbox.quiesce('resume'),
    ]);
    return diff;
  }
}
