import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset } from '../../../../environments/dataset-store.ts';
import type { Environment } from '../../../../environments/environment.ts';
import type { StoredDataset } from '../../../../environments/playable-dataset.ts';
import { terminal } from '../../../../environments/terminal/definition.ts';
import type { TerminalTask } from '../../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, openPool } from '../../../engines.ts';
import { describeUnless } from '../../../requirements.ts';
import { datasetFolders } from '../../dataset-folders.ts';
import { playTerminal, terminalOver } from '../../terminal/play.ts';

const GRADE = new URL('../../../../environments/import/folders/terminal-bench/test.sh', import.meta.url);

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `grades of Terminal-Bench 1 on the ${engine.name} engine`, () => {
    const folders = datasetFolders();
    let opened: Awaited<ReturnType<typeof openPool>>;
    beforeAll(async () => {
      opened = await openPool(engine, 'bash', 3);
    }, BUILD_MS);
    afterAll(async () => {
      await opened?.close();
    });

    /** A task whose tests print the file that the agent writes, as pytest does. */
    async function environment(): Promise<Environment> {
      const files = {
        'task.toml': 'schema_version = "1.4"\n[environment]\nworkdir = "/app"\n',
        'instruction.md': 'Do it.\n',
        'tests/test.sh': await readFile(GRADE, 'utf8'),
        'tests/run-tests.sh': 'status=1; cat /app/out; . /app/status; exit $status\n',
      };
      await folders.write(
        Object.fromEntries(Object.entries(files).map(([name, text]) => [`d/t/${name}`, text])),
      );
      const loaded = (await loadDataset('terminal-v1:d', folders.path('d'))) as StoredDataset<TerminalTask>;
      return terminalOver(opened.pool, terminal.served(loaded));
    }

    const summary = '=== short test summary info ===';
    it.each<[string, readonly string[], number, Readonly<Record<string, number>>]>([
      ['all passed', [summary, 'PASSED a', 'PASSED b'], 0, { reward: 1, tests: 1 }],
      ['one failed', [summary, 'PASSED a', 'PASSED b', 'FAILED c - x'], 1, { reward: 0, tests: 0.6666 }],
      ['one failed, and the script forgot', [summary, 'PASSED a', 'FAILED c'], 0, { reward: 0, tests: 0.5 }],
      ['it broke', [], 1, { reward: 0, tests: 0 }],
      ['no summary', ['ok'], 0, { reward: 1, tests: 1 }],
      ['an earlier summary', [summary, 'PASSED x', summary, 'FAILED a'], 0, { reward: 0, tests: 0 }],
    ])('%s', async (_, lines, status, components) => {
      const code = `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} > out; echo status=${status} > status`;
      expect(await playTerminal(await environment(), 't', code)).toMatchObject([{ components }]);
    });
  });
}
