import { SandboxError } from '../../docker/errors.ts';
import type { ImageRef, SandboxSource } from '../../docker/sandbox.ts';
import { type Attempt, blamed, isDoubtful, isStarved, merged, reportOf, ungraded } from './attempt.ts';
import type { TestReport } from './judge-reply.ts';
import { JudgingSandboxes } from './judging-sandbox.ts';
import { heldAgainst, tookLiberties } from './liberties.ts';
import { goldSolution, type Solution } from './solution.ts';
import type { PythonTaskRecord } from './task.ts';

/**
 * Grades solutions. An effect that only a solution can cause is a score. If the infrastructure may be the cause, the solution is
 * graded once more in another sandbox. If that is also in doubt, the gold is graded, then the solution again: if only the gold's
 * grade is beyond doubt, the solution is the cause, unless other processes keep the machine busy.
 */
export class PythonJudge {
  readonly #sandboxes: JudgingSandboxes;
  /** The results of each task's gold. */
  readonly #golds = new WeakMap<PythonTaskRecord, Promise<Attempt>>();

  constructor(sandboxes: SandboxSource) {
    this.#sandboxes = new JudgingSandboxes(sandboxes);
  }

  /**
   * Never throws because of the solution: tests that it keeps from ending fail, and so does a grade program that fails on its
   * values.
   * @param image of the task's episodes
   * @throws {SandboxError} on an infrastructure fault, and if a grade program gives even the gold no number
   */
  async grade(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<TestReport> {
    const attempt = await this.#settled(image, record, solution);
    const isProgram = record.grade !== undefined;
    if (isProgram && attempt.tests[0]?.error?.of === 'test') await this.#checkProgram(image, record);
    if (!attempt.tests.some(tookLiberties)) return reportOf(attempt, isProgram);
    const gold = await this.#gold(image, record);
    const tests = attempt.tests.map((test, index) => heldAgainst(test, gold.tests[index]));
    return reportOf({ ...attempt, tests }, isProgram);
  }

  /** The result of a solution, beyond doubt. */
  async #settled(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Attempt> {
    const attempt = await this.#repeated(image, record, solution);
    if (!isDoubtful(attempt)) return attempt;
    const gold = { ...goldSolution(record), alone: solution.alone ?? false };
    const control = await this.#sandboxes.attempt(image, record, gold);
    if (isDoubtful(control)) throw ungraded(attempt);
    // The gold's grade has no doubt. It may have run after the disturbance, so the solution is graded once more after it.
    const last = merged(attempt, await this.#sandboxes.attempt(image, record, solution));
    if (isStarved(last)) throw ungraded(last);
    return blamed(last);
  }

  /** Grade once, or twice if the first grade is in doubt. */
  async #repeated(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Attempt> {
    const first = await this.#sandboxes.attempt(image, record, solution);
    if (!isDoubtful(first)) return first;
    const second = await this.#sandboxes.attempt(image, record, solution);
    return merged(first, second);
  }

  /**
   * A grade program failed: it is broken, or it got a value that it cannot work with. Only the first may be a failure, because
   * a solution can cause the second at will. The gold shows which one it is.
   */
  async #checkProgram(image: ImageRef, record: PythonTaskRecord): Promise<void> {
    const { tests } = await this.#gold(image, record);
    const [grade] = tests;
    if (grade?.passed) return;
    this.#golds.delete(record);
    const how = grade?.error?.type ?? 'no answer';
    throw new SandboxError(
      'runner_fault',
      `The grade program of task ${record.id} fails on the gold: ${how}`,
    );
  }

  /** The result of a task's gold, beyond doubt; graded once. */
  #gold(image: ImageRef, record: PythonTaskRecord): Promise<Attempt> {
    const known = this.#golds.get(record);
    if (known !== undefined) return known;
    const asked = this.#repeated(image, record, goldSolution(record)).then((attempt) => {
      if (isDoubtful(attempt)) throw ungraded(attempt);
      return attempt;
    });
    this.#golds.set(record, asked);
    asked.catch(() => this.#golds.delete(record));
    return asked;
  }
}
