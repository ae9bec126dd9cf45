import { within } from '../../docker/deadline.ts';
import type { LayerChange, Sandbox } from '../../docker/sandbox.ts';
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
import { HeldBack, isBelow, isNever } from './held-back.ts';
import { type EnteredPlace, runAs } from './place.ts';
import { noReward, type Reference } from './reference.ts';
import { isEnough, type Scored, totalOf } from './score.ts';
import type { TerminalStep, TerminalTask } from './task.ts';
import type { Verifier } from './verifier.ts';
import { packed } from './work.ts';

export interface TerminalEpisodeParts {
  readonly task: Task;
  readonly record: TerminalTask;
  /** In the task's place. */
  readonly sandbox: Sandbox;
  /** Name of the task's image, by which sandboxes of it are acquired. */
  readonly image: string;
  readonly place: EnteredPlace;
  readonly verifier: Verifier;
  readonly reference: Reference;
  readonly defaults: EpisodeDefaults;
  readonly idleTimeoutMs?: number;
  /** Time to enter the place, in milliseconds. */
  readonly enteredInMs: number;
}

/** What an episode knows besides its sandbox. */
interface Past {
  /** The steps that are over. */
  readonly scored: readonly Scored[];
  /** Time of the agent's actions, in milliseconds. */
  readonly usedMs: number;
}

/** One shell for the whole episode; each step of the task is verified in another sandbox, which gets the agent's changes. */
export class TerminalEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: TerminalEpisodeParts;
  readonly #heldBack: HeldBack;
  #past: Past;

  constructor(parts: TerminalEpisodeParts, past: Past = { scored: [], usedMs: 0 }) {
    this.#parts = parts;
    this.#past = past;
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#heldBack = new HeldBack(parts.place);
    this.initial = { observation: { output: parts.task.instruction }, durationMs: parts.enteredInMs };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const { defaults, idleTimeoutMs, record } = this.#parts;
    const { agent_timeout_sec: totalS = Number.POSITIVE_INFINITY } = record;
    const leftMs = totalS * 1000 - this.#past.usedMs;
    if (leftMs <= 0) {
      const output = `stepwell: the ${totalS} seconds of this task are used up; submit\n`;
      return { observation: { output, exit_code: null, timed_out: true, truncated_bytes: 0 }, durationMs: 0 };
    }
    const result = await this.sandbox.run({
      code: action.code,
      ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
      timeoutMs: within(action.timeout_ms ?? defaults.stepTimeoutMs, Math.min(atMostMs, leftMs)),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      maxOutputBytes: defaults.maxOutputBytes,
    });
    this.#past = { ...this.#past, usedMs: this.#past.usedMs + result.durationMs };
    return { observation: observedRun(result), durationMs: result.durationMs };
  }

  async grade({ final, mayGoOn = false, atMostMs }: GradeRequest): Promise<Grade> {
    const began = performance.now();
    const { record, task, place, image, reference } = this.#parts;
    const { scored } = this.#past;
    const at = scored.length;
    const step = record.steps[at];
    if (step === undefined) throw new Error(`task ${task.id} has no step ${at}`);
    const isLast = at === record.steps.length - 1;
    const reward = await this.#scored(step, final && (isLast || !mayGoOn), atMostMs);
    const durationMs = () => performance.now() - began;
    if (typeof reward === 'string') {
      const untouched = await reference.untouched(step, place, image, this.sandbox.image.digest);
      if (typeof untouched === 'string') {
        const info = { ungraded: noReward(record, untouched) };
        return { reward: null, components: {}, durationMs: durationMs(), info };
      }
    }
    const all = [...scored, reward];
    const total = totalOf(record, all);
    const info = typeof reward === 'string' ? { info: { no_reward: reward } } : {};
    const next = record.steps[at + 1];
    if (mayGoOn && next !== undefined && isEnough(step, reward)) {
      this.#past = { ...this.#past, scored: all };
      const { components } = total;
      const observation = { output: next.instruction };
      return { reward: null, components, durationMs: durationMs(), ...info, next: observation };
    }
    return { ...total, success: total.reward >= 1, durationMs: durationMs(), ...info };
  }

  copy(): (sandbox: Sandbox) => EnvironmentEpisode {
    const past = this.#past;
    return (sandbox) => new TerminalEpisode({ ...this.#parts, sandbox }, past);
  }

  /** @param ends whether the agent's processes are ended, and not only stopped */
  async #scored(step: TerminalStep, ends: boolean, atMostMs = Number.POSITIVE_INFINITY): Promise<Scored> {
    const { place, image, verifier } = this.#parts;
    const work = await this.#work(step, ends);
    if (work === null) return 'the changed files exceed what can be verified';
    return verifier.verify(step, work, place, image, atMostMs);
  }

  async #work(step: TerminalStep, ends: boolean) {
    if (ends) await this.sandbox.quiesce('kill');
    const { env, workdir } = this.#parts.place;
    for (const { command, timeout_sec: timeoutS, user = 'root' } of step.verification.collect) {
      await this.sandbox.exec({
        argv: ['-c', command],
        byShell: true,
        cwd: workdir,
        ...runAs(user, env),
        timeoutMs: timeoutS * 1000,
        maxOutputBytes: 16_384,
      });
    }
    await this.sandbox.quiesce('stop');
    try {
      const { changes, exceeded } = await this.sandbox.diff();
      return exceeded === null ? await packed(this.sandbox, await this.#carried(step, changes)) : null;
    } finally {
      await this.sandbox.quiesce('resume');
    }
  }

  /** The changes that the verifier of a step gets. */
  async #carried(
    { verification }: TerminalStep,
    changes: readonly LayerChange[],
  ): Promise<readonly LayerChange[]> {
    const { record, image, reference } = this.#parts;
    if (verification.separate) {
      return changes.filter(({ path }) => verification.artifacts.some((folder) => isBelow(path, folder)));
    }
    const possible = changes.filter((change) => !isNever(change));
    if (record.verifier_tools === 'agent') return possible;
    if (!possible.some((change) => this.#heldBack.concerns(change))) return possible;
    const gold = await reference.changes(record, image, this.sandbox.image.digest);
    return this.#heldBack.carried(possible, gold);
  }
}
