import type { LayerChange, SandboxSource } from '../../docker/sandbox.ts';
import type { Ungradable } from '../../protocol/environment.ts';
import type { SandboxRoom } from '../environment.ts';
import { isNever } from './held-back.ts';
import { enter, type Place, placeOf } from './place.ts';
import { isEnough, type Scored, totalOf } from './score.ts';
import { solutionCode } from './solution.ts';
import type { TerminalStep, TerminalTask } from './task.ts';
import type { Verifier } from './verifier.ts';
import { NO_WORK, packed, type Work } from './work.ts';

/** Maximum time of a step's solution, in seconds, where the task has no limit for the agent. */
const SOLUTION_S = 600;

interface Played {
  /** Of all its steps; none if the task has no solution. */
  readonly changes: readonly LayerChange[];
  /** Its work after each step. */
  readonly works: readonly (Work | null)[];
  readonly timedOut: boolean;
}

/** What a task gives without an agent: by its solution, and by nothing. Each is found out once. */
export class Reference {
  readonly #sandboxes: SandboxSource;
  readonly #verifier: Verifier;
  readonly #room: SandboxRoom | undefined;
  readonly #known = new Map<string, Promise<unknown>>();

  constructor(sandboxes: SandboxSource, verifier: Verifier, room: SandboxRoom | undefined) {
    this.#room = room;
    this.#sandboxes = sandboxes;
    this.#verifier = verifier;
  }

  /** What the solution changes; nothing if there is none. @throws {SandboxError} on an infrastructure fault */
  changes(task: TerminalTask, image: string, digest: string): Promise<readonly LayerChange[]> {
    return this.#changes(task, digest, () => this.#play(task, image));
  }

  /** What a verifier gives for the untouched image. @throws {SandboxError} on an infrastructure fault */
  untouched(step: TerminalStep, place: Place, image: string, digest: string): Promise<Scored> {
    return this.#once(`untouched ${step.tests.join(' ')} ${digest}`, () =>
      this.#verifier.verify(step, NO_WORK, place, image, Number.POSITIVE_INFINITY),
    );
  }

  /** Why a task cannot be graded; `null` if it can. @throws {SandboxError} on an infrastructure fault */
  async flawOf(task: TerminalTask, image: string, digest: string): Promise<Ungradable | null> {
    const [first] = task.steps;
    if (first === undefined) return null;
    const place = await this.#placeOf(task, image, digest);
    const idle = await this.untouched(first, place, image, digest);
    if (typeof idle === 'object' && task.steps.length === 1 && idle.reward >= 1) {
      return {
        kind: 'no_op_wins',
        reason: `The untouched image of task ${task.id} already gets ${idle.reward}.`,
      };
    }
    if (task.gold === undefined) {
      return typeof idle === 'object' ? null : { kind: 'gold_fails', reason: noReward(task, idle) };
    }
    const playing = this.#play(task, image);
    await this.#changes(task, digest, () => playing);
    const { works, timedOut } = await playing;
    if (timedOut) {
      return { kind: 'gold_never_ends', reason: `The solution of task ${task.id} does not end in time.` };
    }
    const scored: Scored[] = [];
    for (const [index, step] of task.steps.entries()) {
      const work = works[index] ?? NO_WORK;
      const reward = await this.#verifier.verify(step, work, place, image, Number.POSITIVE_INFINITY);
      scored.push(reward);
      if (!isEnough(step, reward)) break;
    }
    const { reward } = totalOf(task, scored);
    if (reward >= 1) return null;
    const why = scored.find((one) => typeof one === 'string') ?? `its reward is ${reward}`;
    return { kind: 'gold_fails', reason: `The solution of task ${task.id} fails: ${why}.` };
  }

  #changes(task: TerminalTask, digest: string, play: () => Promise<Played>): Promise<readonly LayerChange[]> {
    return this.#once(`changes ${task.id} ${digest} ${task.gold}`, async () => (await play()).changes);
  }

  #placeOf(task: TerminalTask, image: string, digest: string): Promise<Place> {
    return this.#once(`place ${task.id} ${digest}`, async () => {
      await using sandbox = await this.#sandboxes.acquire({ image, purpose: 'grading' });
      return placeOf(sandbox, task, this.#room);
    });
  }

  async #play(task: TerminalTask, image: string): Promise<Played> {
    if (task.gold === undefined) return { changes: [], works: [], timedOut: false };
    await using sandbox = await this.#sandboxes.acquire({ image, purpose: 'grading' });
    await enter(sandbox, placeOf(sandbox, task, this.#room));
    const works: (Work | null)[] = [];
    let changes: readonly LayerChange[] = [];
    for (const { solution } of task.steps) {
      if (solution === null) continue;
      const { timedOut } = await sandbox.run({
        code: solutionCode(solution, task.solution_env),
        timeoutMs: (task.agent_timeout_sec ?? SOLUTION_S) * 1000,
        maxOutputBytes: 16_384,
      });
      if (timedOut) return { changes, works, timedOut };
      await sandbox.quiesce('stop');
      changes = (await sandbox.diff()).changes.filter((change) => !isNever(change));
      works.push(await packed(sandbox, changes));
      await sandbox.quiesce('resume');
    }
    return { changes, works, timedOut: false };
  }

  /** A fault is not kept. */
  #once<T>(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.#known.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const finding = find();
    this.#known.set(key, finding);
    finding.catch(() => this.#known.delete(key));
    return finding;
  }
}

/** Why a task cannot be graded by its verifier. */
export function noReward({ id }: Pick<TerminalTask, 'id'>, reason: string): string {
  return `The verifier of task ${id} gives no reward, not even for the untouched image: ${reason}.`;
}
