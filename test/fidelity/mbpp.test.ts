import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { readMbpp } from '../../environments/import/mbpp.ts';
import { PlayedEnvironment } from '../../environments/played-environment.ts';
import { python } from '../../environments/python/definition.ts';
import { PythonTaskRecord } from '../../environments/python/task.ts';
import { BUILD_MS, type EngineCase, engineCases, openPool } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { intercodeFolder, missingData, sampled } from './reference-data.ts';

/** One episode of the published run: what its model did, and what InterCode answered to it. */
const PublishedRun = z.record(
  z.string(),
  z.looseObject({
    query: z.string(),
    turn_history: z.looseObject({
      actions: z.array(z.string()),
      observations: z.array(z.string()),
      rewards: z.array(z.number()),
    }),
  }),
);

/**
 * Queries of the tasks whose gold has helpers before the tested function. InterCode binds the submitted function to the
 * first function of the gold, so that there a right answer gets less than 1; here the tests call it.
 */
const HELPERS_FIRST = [
  /^Write a function to remove characters from the first/,
  /^Write a python function to count all the substrings starting/,
  /less than twice its reverse/,
];
/** InterCode rewards an action that it cannot parse with 1; here it is graded by what the session has. */
const UNPARSED = /^\{'error': "?'?Error: (invalid syntax|unexpected indent|unindent)/;
/** Turns of InterCode's own game around the environment, which answers with the tests in place of the interpreter. */
const GAME = /^(Test case did not pass|Failed )/;

/** Tasks graded at the same time. */
const AT_ONCE = 2;

function itReproduces(engine: EngineCase): void {
  let opened: Awaited<ReturnType<typeof openPool>>;
  let environment: Environment;
  let tasks: PythonTaskRecord[];

  beforeAll(async () => {
    opened = await openPool(engine, 'python');
    const [dataset] = await readMbpp(join(intercodeFolder, 'python/mbpp'));
    tasks = z.array(PythonTaskRecord).parse(dataset?.file.tasks);
    environment = new PlayedEnvironment(python, {
      sandboxes: opened.pool,
      defaults: { stepTimeoutMs: 20_000, maxOutputBytes: 65_536 },
      datasets: [{ name: 'mbpp', image: 'python', definition: null, tasks }],
    });
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.close();
  });

  async function reward(id: string, source: string): Promise<number | null> {
    const episode = await environment.choose({ task: id }, 0).begin();
    try {
      return (await episode.grade({ answer: source, final: true })).reward;
    } finally {
      await episode.sandbox.release();
    }
  }

  it('gives the golds 1, and a solution that raises 0', async () => {
    const waiting = sampled(tasks);
    const wrong: string[] = [];
    const work = async () => {
      for (let task = waiting.pop(); task !== undefined; task = waiting.pop()) {
        const { id, entry, gold } = task;
        if ((await reward(id, gold)) !== 1) wrong.push(`${id}: the gold`);
        const raising = `def ${entry}(*positional, **named):\n    raise ValueError('no')\n`;
        if ((await reward(id, raising)) !== 0) wrong.push(`${id}: a solution that raises`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(tasks).toHaveLength(974);
    expect(wrong).toEqual([]);
  }, 600_000);

  it('answers a published run as InterCode did, but where InterCode is at fault', async () => {
    const file = join(intercodeFolder, 'reference/python_gpt-3.5.json');
    const runs = PublishedRun.parse(JSON.parse(readFileSync(file, 'utf8')));
    const rewards: string[] = [];
    const observations: string[] = [];
    let [steps, compared] = [0, 0];
    for (const [key, { query, turn_history: turns }] of Object.entries(runs)) {
      const task = tasks.find(({ instruction }) => instruction === query);
      const options = { task: task?.id ?? '', semantics: 'intercode' } as const;
      const episode = await environment.choose(options, 0).begin();
      for (const [turn, code] of turns.actions.entries()) {
        const { observation } = await episode.act({ code });
        const grade = await episode.grade({ final: false });
        const wanted = turns.observations[turn] ?? '';
        steps += 1;
        const explained = UNPARSED.test(wanted) || HELPERS_FIRST.some((helped) => helped.test(query));
        const same = Math.abs((grade.reward ?? -1) - (turns.rewards[turn] ?? -2)) < 0.001;
        if (!same && !explained) rewards.push(`${key}/${turn}: ${grade.reward}, not ${turns.rewards[turn]}`);
        if (GAME.test(wanted)) continue;
        compared += 1;
        if (observation.output !== wanted)
          observations.push(`${key}/${turn}: ${observation.output}, not ${wanted}`);
      }
      await episode.sandbox.release();
    }
    expect({ steps, rewards }).toEqual({ steps: 430, rewards: [] });
    expect({ compared, observations }).toEqual({ compared, observations: [] });
  }, 600_000);
}

for (const engine of await engineCases()) {
  describeUnless(missingData ?? engine.missing, `MBPP on the ${engine.name} engine`, () =>
    itReproduces(engine),
  );
}
