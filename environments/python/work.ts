import type { RunResult } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { Solution, SolutionStep } from './solution.ts';
import type { PythonTaskRecord } from './task.ts';

interface DoneStep extends SolutionStep {
  readonly succeeded: boolean;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * The agent's work as the server knows it, and the part of it that is graded. The session itself is never used for a grade.
 */
export class Work {
  #steps: DoneStep[] = [];

  add({ code, stdin }: Extract<ActionObject, { code: string }>, result: RunResult): void {
    if (result.sessionRestarted) {
      // The state of the lost session is gone, for the agent too.
      this.#steps = [];
      return;
    }
    // A step that did not end would not end in another run either.
    if (result.timedOut) return;
    this.#steps.push({ code, ...(stdin === undefined ? {} : { stdin }), succeeded: result.exitCode === 0 });
  }

  /**
   * - An answer is the source to grade; an answer that is only a name means that function of the session.
   * - Without an answer, a task with an entry function is graded by the session's definitions: all steps run again, one
   *   after the other. If the task is a program, the work is the last step that succeeded.
   */
  solution(record: PythonTaskRecord, answer: string | undefined): Solution {
    const { entry } = record;
    const name = answer?.trim() ?? '';
    const named = entry !== undefined && NAME.test(entry) && NAME.test(name);
    if (answer !== undefined && !named) {
      return { steps: [{ code: answer }], strict: true };
    }
    if (entry === undefined && record.grade === undefined) return { steps: this.#program(), strict: true };
    const steps = this.#steps.map(({ code, stdin }) => (stdin === undefined ? { code } : { code, stdin }));
    if (name === '' || name === entry) return { steps, strict: false };
    return { steps, strict: false, binding: `${entry} = ${name}` };
  }

  #program(): SolutionStep[] {
    const last = this.#steps.findLast(({ succeeded }) => succeeded);
    return last === undefined ? [] : [{ code: last.code }];
  }
}
