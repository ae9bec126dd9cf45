import { SandboxError } from '../../docker/errors.ts';
import type { ImageRef, SandboxSource } from '../../docker/sandbox.ts';
import { type Attempt, blamed, isDoubtful, merged, reportOf, ungraded } from './attempt.ts';
import type { TestReport } from './judge-reply.ts';
import { JudgingSandboxes } from './judging-sandbox.ts';
import { heldAgainst, tookLiberties } from './liberties.ts';
import { goldSolution, type Solution } from './solution.ts';
import type { PythonTaskRecord } from './task.ts';

/**
 * Grades solutions. What only a solution can bring about is a score; what the infrastructure may have done is graded once
 * more in another sandbox. If that comes to no end either, the gold is graded, and the solution after it: where only the gold
 * comes to an end, the solution is to blame.
 */
export class PythonJudge {
  readonly #sandboxes: JudgingSandboxes;
  /** What came of each task's gold. */
  readonly #golds = new WeakMap<PythonTaskRecord, Promise<Attempt>>();

  constructor(sandboxes: SandboxSource) {
    this.#sandboxes = new JudgingSandboxes(sandboxes);
  }

  /**
   * Never fails for anything that the solution did: whatever it keeps from ending fails the tests, and so does a value on
   * which the grade program fails.
   * @param image what the task's episodes run on
   * @throws {SandboxError} on an infrastructure fault, and where a grade program gives not even the gold a number
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

  /** What comes of a solution, beyond doubt. */
  async #settled(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Attempt> {
    const attempt = await this.#repeated(image, record, solution);
    if (!isDoubtful(attempt)) return attempt;
    const gold = { ...goldSolution(record), alone: solution.alone ?? false };
    const control = await this.#sandboxes.attempt(image, record, gold);
    if (isDoubtful(control)) throw ungraded(attempt);
    // The gold met no doubt. It may have come when the disturbance was over, so the solution is graded after it too.
    const last = await this.#sandboxes.attempt(image, record, solution);
    return blamed(merged(attempt, last));
  }

  /** Grade once, or twice where the first one leaves a doubt. */
  async #repeated(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Attempt> {
    const first = await this.#sandboxes.attempt(image, record, solution);
    if (!isDoubtful(first)) return first;
    const second = await this.#sandboxes.attempt(image, record, solution);
    return merged(first, second);
  }

  /**
   * A grade program failed by itself: it is broken, or it was given a value that it cannot work with. Only the first
   * may be a failure, as a solution can bring about the second at will; which one it is the gold tells.
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

  /** What came of a task's gold, beyond doubt; graded once. */
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
