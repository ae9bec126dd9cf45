import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDatasets } from '../../../../environments/dataset-store.ts';
import type { Environment } from '../../../../environments/environment.ts';
import { importSweBench } from '../../../../environments/import/folders/swe-bench.ts';
import type { StoredDataset } from '../../../../environments/playable-dataset.ts';
import { terminal } from '../../../../environments/terminal/definition.ts';
import type { TerminalTask } from '../../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, openPool } from '../../../engines.ts';
import { describeUnless } from '../../../requirements.ts';
import { playTerminal, terminalOver } from '../../terminal/play.ts';

const TESTS = `import unittest
import sums

class SumsTest(unittest.TestCase):
    def test_add(self):
        self.assertEqual(sums.add(2, 2), 4)
    def test_large(self):
        self.assertEqual(sums.add(200, 2), 202)
    def test_none(self):
        self.assertEqual(sums.none(), 0)
    def test_skipped(self):
        self.skipTest("never")
`;
const PATCH = `diff --git a/sums.py b/sums.py
--- a/sums.py
+++ b/sums.py
@@ -1,2 +1,2 @@
-def add(a, b): return a - b
+def add(a, b): return a + b
 def none(): return 0
`;
const newFile = (path: string, text: string) => {
  const lines = text.trimEnd().split('\n');
  const head = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}`;
  return `${head}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`;
};

for (const engine of await engineCases({ programs: ['python3', 'git'] })) {
  describeUnless(engine.missing, `grades of SWE-bench on the ${engine.name} engine`, () => {
    let folder = '';
    let opened: Awaited<ReturnType<typeof openPool>>;
    let environment: Environment;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
      const repository = join(folder, 'sums');
      await mkdir(repository);
      await writeFile(join(repository, 'sums.py'), 'def add(a, b): return a - b\ndef none(): return 0\n');
      const git = (...args: string[]) =>
        execFileSync('git', args, { cwd: repository, encoding: 'utf8' }).trim();
      git('init', '-q');
      git('add', '-A');
      git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-q', '-m', 'work');
      const record = {
        repo: 'sums',
        base_commit: git('rev-parse', 'HEAD'),
        problem_statement: 'add subtracts.',
        patch: PATCH,
        test_patch: newFile('test_sums.py', TESTS),
        FAIL_TO_PASS: ['test_sums.SumsTest.test_add', 'test_large (test_sums.SumsTest)'],
        PASS_TO_PASS: ['test_none (test_sums.SumsTest.test_none)'],
      };
      const command = {
        test_patch: newFile(
          'cases.sh',
          'case $1 in "a b") grep -q "a + b" sums.py ;; *) [ $(id -u) != 0 ] || [ "$1" = root ] ;; esac',
        ),
        FAIL_TO_PASS: ['a b'],
        PASS_TO_PASS: ['root', "it's"],
        test_command: 'sh cases.sh {test}',
      };
      const records = [
        { instance_id: 'unittest', ...record },
        { instance_id: 'skipped', ...record, FAIL_TO_PASS: ['test_sums.SumsTest.test_skipped'] },
        { instance_id: 'command', ...record, ...command },
      ];
      const file = join(folder, 'tasks.jsonl');
      await writeFile(file, records.map((one) => `${JSON.stringify(one)}\n`).join(''));
      const { left } = await importSweBench(file, { home: folder, name: 'd', repositories: folder });
      expect(left).toEqual([]);
      const [dataset] = (await loadDatasets(folder)) as StoredDataset<TerminalTask>[];
      if (dataset === undefined) throw new Error('nothing was imported');
      opened = await openPool(engine, 'bash', 3);
      environment = terminalOver(opened.pool, terminal.served({ ...dataset, name: 'built-in' }));
    }, BUILD_MS);
    afterAll(async () => {
      await opened?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const components = async (task: string, code: string) => {
      const episode = await environment.choose({ task, include_ungradable: true }, 0).begin();
      try {
        await episode.act({ code });
        return (await episode.grade({ final: true })).components;
      } finally {
        await episode.sandbox.release();
      }
    };

    it.each<[string, string, number, number, number]>([
      ['nothing is done', ':', 0, 0, 1],
      ['all is done', 'sed -i "s/a - b/a + b/" sums.py', 1, 1, 1],
      ['a part is done', 'sed -i "s/a - b/4/" sums.py', 0, 0.5, 1],
      ['something else breaks', 'echo "def add(a, b): return a + b" > sums.py', 0, 1, 0],
      ['the module is gone', 'rm sums.py', 0, 0, 0],
      ['the code ends the process', 'echo "import os; os._exit(0)" > sums.py', 0, 0, 0],
    ])('counts the tests that pass if %s', async (_, code, reward, failToPass, passToPass) => {
      expect(await components('unittest', code)).toEqual({
        reward,
        fail_to_pass: failToPass,
        pass_to_pass: passToPass,
      });
    });

    it('counts a skipped test as failed', async () => {
      expect(await components('skipped', 'true')).toMatchObject({ reward: 0, fail_to_pass: 0 });
    });

    it('lets the agent see no hidden test', async () => {
      const code =
        '[ ! -e test_sums.py ] && [ "$(git log --oneline | wc -l)" = 1 ] && sed -i "s/a - b/a + b/" sums.py';
      expect((await playTerminal(environment, 'unittest', code)).at(-1)).toMatchObject({ reward: 1 });
    });

    it('runs a command for each test, by its name, not as root where there are other users', async () => {
      expect(await components('command', ':')).toMatchObject({ reward: 0, fail_to_pass: 0 });
      const isOrdinary = engine.name === 'local' && process.getuid?.() !== 0;
      expect(await components('command', 'sed -i "s/a - b/a + b/" sums.py')).toEqual({
        reward: isOrdinary ? 0 : 1,
        fail_to_pass: 1,
        pass_to_pass: isOrdinary ? 0.5 : 1,
      });
    });
  });
}
