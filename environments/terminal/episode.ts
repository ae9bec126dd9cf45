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
import type { Place } from './place.ts';
import { noReward, type Reference } from './reference.ts';
import { isEnough, type Scored, totalOf } from './score.ts';
import type { TerminalStep, TerminalTask } from './task.ts';
import { notRun, type Verified, type Verifier } from './verifier.ts';
import { explainedVerifier } from './verifier-explanation.ts';
import { packed } from './work.ts';

export interface TerminalEpisodeParts {
  readonly task: Task;
  readonly record: TerminalTask;
  /** In the task's place. */
  readonly sandbox: Sandbox;
  readonly place: Place;
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
    const { record, task, place, reference } = this.#parts;
    const { scored } = this.#past;
    const at = scored.length;
    const step = record.steps[at];
    if (step === undefined) throw new Error(`task ${task.id} has no step ${at}`);
    const isLast = at === record.steps.length - 1;
    const verified = await this.#verified(step, final && (isLast || !mayGoOn), atMostMs);
    const reward = verified.scored;
    const durationMs = () => performance.now() - began;
    if (typeof reward === 'string') {
      const { name, digest } = this.sandbox.image;
      const untouched = await reference.untouched(step, place, name, digest);
      if (typeof untouched === 'string') {
        const info = { ungraded: noReward(record, untouched) };
        return { reward: null, components: {}, durationMs: durationMs(), info };
      }
    }
    const all = [...scored, reward];
    const total = totalOf(record, all);
    const info = typeof reward === 'string' ? { info: { no_reward: reward } } : {};
    const named = record.steps.length === 1 ? null : step.name;
    const explain = () => explainedVerifier({ verified, components: total.components, step: named });
    const next = record.steps[at + 1];
    if (mayGoOn && next !== undefined && isEnough(step, reward)) {
      this.#past = { ...this.#past, scored: all };
      const { components } = total;
      const observation = { output: next.instruction };
      return { reward: null, components, durationMs: durationMs(), ...info, explain, next: observation };
    }
    return { ...total, success: total.reward >= 1, durationMs: durationMs(), ...info, explain };
  }

  copy(): (sandbox: Sandbox) => EnvironmentEpisode {
    const past = this.#past;
    return (sandbox) => new TerminalEpisode({ ...this.#parts, sandbox }, past);
  }

  /** @param ends whether the agent's processes are ended, and not only stopped */
  async #verified(step: TerminalStep, ends: boolean, atMostMs = Number.POSITIVE_INFINITY): Promise<Verified> {
    const { place, verifier } = this.#parts;
    const work = await this.#work(step, ends);
    if (work === null) return notRun('the changed files exceed what can be verified');
    return verifier.verify(step, work, place, this.sandbox.image.name, atMostMs);
  }

  async #work(step: TerminalStep, ends: boolean) {
    if (ends) await this.sandbox.quiesce('kill');
    for (const { command, timeout_sec: timeoutS } of step.verification.collect) {
      await this.sandbox.exec({
        argv: ['/bin/bash', '-c', command],
        cwd: this.#parts.place.workdir,
        env: this.#parts.place.env,
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
    const { record, reference } = this.#parts;
    if (verification.separate) {
      return changes.filter(({ path }) => verification.artifacts.some((folder) => isBelow(path, folder)));
    }
    const possible = changes.filter((change) => !isNever(change));
    if (record.verifier_tools === 'agent') return possible;
    if (!possible.some((change) => this.#heldBack.concerns(change))) return possible;
    const { name, digest } = this.sandbox.image;
    return this.#heldBack.carried(possible, await reference.changes(record, name, digest));
  }
}
