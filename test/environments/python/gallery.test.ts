import { describe, expect, it } from 'vitest';
import type { PythonTaskRecord } from '../../../environments/python/task.ts';
import { type EngineCase, engineCases } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { ownArguments } from './gallery/arguments.ts';
import { defaults, endings, prints, threads } from './gallery/errors-and-prints.ts';
import { expectedValues } from './gallery/expected-values.ts';
import { numbers } from './gallery/numbers.ts';
import { ownClasses } from './gallery/own-classes.ts';
import { ownObjects } from './gallery/own-objects.ts';
import type { Played } from './gallery/played.ts';
import { setupHelpers } from './gallery/setup-helpers.ts';
import { setupKinds } from './gallery/setup-kinds.ts';
import { setupMethods } from './gallery/setup-methods.ts';
import { judging } from './judging.ts';

const PLAYED: readonly Played[] = [
  ...setupMethods,
  ...setupHelpers,
  ...setupKinds,
  ...ownArguments,
  ...numbers,
  ...expectedValues,
  ...ownObjects,
  ...ownClasses,
  ...prints,
  ...threads,
  ...endings,
  ...defaults,
];

function recordOf({ of, setup, gold, tests, grade }: Played): PythonTaskRecord {
  return {
    id: of,
    instruction: of,
    gold,
    ...(setup === undefined ? {} : { setup }),
    ...(grade === undefined
      ? { entry: 'f', tests: (tests ?? []).map((code, index) => ({ name: `${index}`, code })) }
      : { grade }),
  };
}

function itTells(engine: EngineCase): void {
  const judged = judging(engine);

  describe.each(PLAYED)('$of', (played) => {
    const record = recordOf(played);
    /** What a source gets, and the statements that it passes. */
    const graded = async (source: string) => {
      const { reward, tests } = await judged(record, source);
      const passed = tests.filter((test) => test.passed && test.value !== 0);
      return { reward, passed: passed.map(({ name }) => played.tests?.[+name] ?? name) };
    };

    it.each(Object.entries({ gold: played.gold, ...played.honest }))(
      'gives 1 to what solves the task: %s',
      async (_, source) => {
        const { tests } = await judged(record, source);
        expect(tests.filter(({ passed }) => !passed)).toEqual([]);
      },
      60_000,
    );

    it.each(Object.entries(played.cheats))(
      'gives nothing to what does not: %s',
      async (_, source) => {
        expect(await graded(source)).toEqual({ reward: 0, passed: [] });
      },
      60_000,
    );
  });
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `a solution on the ${engine.name} engine, asked about`, () =>
    itTells(engine),
  );
}
