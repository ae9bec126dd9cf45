import { actionText, type Recording } from './recording.ts';

/** Which tests each solution of a task passes. */
export interface TestMatrix {
  readonly environment: string;
  readonly dataset: string;
  readonly task: string;
  readonly tests: readonly string[];
  readonly solutions: readonly {
    readonly episode_id: string;
    readonly reward: number | null;
    /** Its actions, in their order. */
    readonly actions: readonly string[];
  }[];
  /** For each test, for each solution: whether it passed; `null` if the explanation was cut before it. */
  readonly passed: readonly (readonly (boolean | null)[])[];
}

/** The matrix of one task; `null` if no episode has outcomes of tests. @param recordings of one task */
export function testMatrix(recordings: readonly Recording[]): TestMatrix | null {
  const tested = recordings.filter(({ explanation }) => (explanation?.tests?.length ?? 0) > 0);
  const [first] = tested;
  if (first === undefined) return null;
  const outcomes = tested.map(
    ({ explanation }) => new Map(explanation?.tests?.map(({ name, passed }) => [name, passed])),
  );
  const tests = [...new Set(outcomes.flatMap((one) => [...one.keys()]))].sort();
  const { dataset, environment, task } = first.summary;
  return {
    ...{ environment, dataset, task, tests },
    solutions: tested.map(({ steps, summary }) => ({
      episode_id: summary.episode_id,
      reward: summary.reward,
      actions: steps.map(({ action }) => actionText(action)),
    })),
    passed: tests.map((name) => outcomes.map((one) => one.get(name) ?? null)),
  };
}
