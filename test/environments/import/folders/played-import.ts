import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDatasets } from '../../../../environments/dataset-store.ts';
import type { Environment } from '../../../../environments/environment.ts';
import type { ImportResult } from '../../../../environments/import/intercode.ts';
import type { StoredDataset } from '../../../../environments/playable-dataset.ts';
import { terminal } from '../../../../environments/terminal/definition.ts';
import { solutionCode } from '../../../../environments/terminal/solution.ts';
import type { TerminalTask } from '../../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, openPool } from '../../../engines.ts';
import { describeUnless } from '../../../requirements.ts';
import { playTerminal, terminalOver } from '../../terminal/play.ts';

/**
 * Plays every task of a dataset of ours that goes through an importer, on each engine: the solution gets 1, nothing and cheats get 0,
 * wrong answers less than 1.
 * @param importInto makes the dataset in a state folder
 */
export async function describeImported(
  title: string,
  ids: readonly string[],
  importInto: (home: string) => Promise<ImportResult>,
): Promise<void> {
  for (const engine of await engineCases({ programs: ['python3', 'git'] })) {
    describeUnless(engine.missing, `${title} on the ${engine.name} engine`, () => {
      let home = '';
      let opened: Awaited<ReturnType<typeof openPool>>;
      let environment: Environment;
      let tasks: readonly TerminalTask[];
      beforeAll(async () => {
        home = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
        const { left } = await importInto(home);
        expect(left).toEqual([]);
        const [dataset] = (await loadDatasets(home)) as StoredDataset<TerminalTask>[];
        if (dataset === undefined) throw new Error('nothing was imported');
        opened = await openPool(engine, 'bash', 3);
        environment = terminalOver(opened.pool, terminal.served({ ...dataset, name: 'built-in' }));
        tasks = dataset.tasks;
      }, BUILD_MS);
      afterAll(async () => {
        await opened?.close();
        await rm(home, { recursive: true, force: true });
      });

      it('has these tasks, each with a wrong answer and a cheat', () => {
        expect(tasks.map(({ id }) => id)).toEqual(ids);
        for (const { wrong = [], cheats = [] } of tasks) {
          expect(wrong).not.toEqual([]);
          expect(cheats).not.toEqual([]);
        }
      });

      describe.each(ids)('%s', (id) => {
        const task = () => tasks.find((one) => one.id === id) as TerminalTask;
        const rewardOf = async (code: string | null) =>
          (await playTerminal(environment, id, code)).at(-1)?.reward;

        it('gives the solution reward 1', async () => {
          const [step] = task().steps;
          expect(await rewardOf(solutionCode(step?.solution ?? '', {}))).toBe(1);
        });

        it('gives nothing to who does nothing, nor to cheats', async () => {
          for (const cheat of [null, ...(task().cheats ?? [])]) {
            expect(await rewardOf(cheat), cheat ?? 'nothing').toBe(0);
          }
        });

        it('gives wrong answers less than 1', async () => {
          for (const wrong of task().wrong ?? []) expect(await rewardOf(wrong), wrong).toBeLessThan(1);
        });
      });
    });
  }
}
