import { afterAll, beforeAll } from 'vitest';
import { PythonJudge } from '../../../environments/python/judge.ts';
import type { Solution } from '../../../environments/python/solution.ts';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { BUILD_MS, type EngineCase, openPool } from '../../engines.ts';

/** A judge on an engine, for the tests of the suite that calls this: grades a source by parts of a task's record. */
export function judging(engine: EngineCase) {
  let opened: Awaited<ReturnType<typeof openPool>>;
  let judge: PythonJudge;

  beforeAll(async () => {
    opened = await openPool(engine, 'python');
    judge = new PythonJudge(opened.pool);
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.close();
  });

  return (record: Partial<PythonTaskRecord>, source: string, how: Partial<Solution> = {}) =>
    judge.grade(
      { name: 'python', digest: 'sha256:0' },
      { id: 't', instruction: 'x', gold: 'x', ...record },
      { steps: [{ code: source }], strict: true, ...how },
    );
}
