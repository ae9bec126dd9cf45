import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset } from '../../../environments/dataset-store.ts';
import type { StoredDataset } from '../../../environments/playable-dataset.ts';
import { terminal } from '../../../environments/terminal/definition.ts';
import type { TerminalTask } from '../../../environments/terminal/task.ts';
import { BUILD_MS, engineCases, openPool } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { datasetFolders } from '../dataset-folders.ts';
import { playTerminal, terminalOver } from './play.ts';

const TOML = 'schema_version = "1.4"\n[environment]\nworkdir = "/app"\n';
const reward = (condition: string) =>
  `if ${condition}; then echo 1; else echo 0; fi > /logs/verifier/reward.txt\n`;
/** A service that holds what its file said, and answers each request. */
const SERVICE = [
  'mkfifo /srv/ask /srv/tell',
  'secret=$(cat /start/secret.txt)',
  '(while read -r word < /srv/ask; do echo "$word $secret" > /srv/tell; done) > /dev/null 2>&1 < /dev/null &',
].join('\n');

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `the start of a task on the ${engine.name} engine`, () => {
    const folders = datasetFolders();
    let opened: Awaited<ReturnType<typeof openPool>>;
    beforeAll(async () => {
      opened = await openPool(engine, 'bash', 3);
    }, BUILD_MS);
    afterAll(async () => {
      await opened?.close();
    });

    async function withTask(files: Readonly<Record<string, string>>) {
      const all = { 'task.toml': TOML, 'instruction.md': 'Do it.\n', ...files };
      await folders.write(
        Object.fromEntries(Object.entries(all).map(([name, text]) => [`d/t/${name}`, text])),
      );
      const loaded = (await loadDataset('terminal-v1:d', folders.path('d'))) as StoredDataset<TerminalTask>;
      return terminalOver(opened.pool, terminal.served(loaded));
    }

    it('makes the files that the agent and the verifier find, and is no change of the agent', async () => {
      const environment = await withTask({
        'start/start.sh':
          'cp /start/data.txt . && mkdir /made && echo old > /made/file && echo $PWD > /made/where\n',
        'start/data.txt': 'data\n',
        'tests/test.sh': reward(
          '[ "$(cat data.txt /made/where)" = "$(printf "more\\n/app")" ] && [ ! -e /made/file ]',
        ),
      });
      const [idle] = await playTerminal(environment, 't', null);
      expect(idle).toMatchObject({ reward: 0 });
      const solve = '[ ! -e /start ] && grep -q data data.txt && echo more > data.txt && rm /made/file';
      expect(await playTerminal(environment, 't', solve)).toMatchObject([{ reward: 1 }]);
    });

    it('leaves a service, in each episode a new one, that keeps its secret from the disk', async () => {
      const environment = await withTask({
        'start/start.sh': SERVICE,
        'start/secret.txt': 'hidden\n',
        'tests/test.sh': reward('[ "$(cat said.txt)" = "hello hidden" ]'),
      });
      for (const solve of [
        'echo hello > /srv/ask; cat /srv/tell > said.txt',
        'echo hello > /srv/ask & cat /srv/tell > said.txt',
      ]) {
        expect(await playTerminal(environment, 't', solve)).toMatchObject([{ reward: 1 }]);
      }
      expect(await playTerminal(environment, 't', 'cat /start/secret.txt > said.txt')).toMatchObject([
        { reward: 0 },
      ]);
    });

    it('that fails is a fault of the task, with what it printed', async () => {
      const environment = await withTask({
        'start/start.sh': 'echo no such thing >&2; exit 3\n',
        'tests/test.sh': reward('true'),
      });
      await expect(environment.choose({ task: 't' }, 0).begin()).rejects.toMatchObject({
        code: 'runner_fault',
        message: 'start/start.sh of the task ended with status 3: no such thing',
      });
    });

    it('the answer of a submit is a file of the verifier, whatever the agent left in its place', async () => {
      const environment = await withTask({
        'task.toml': `${TOML}[stepwell]\nanswer = "/app/answer.txt"\n`,
        'tests/test.sh': reward('[ "$(cat /app/answer.txt)" = right ] && [ ! -L /app/answer.txt ]'),
      });
      const graded = async (code: string, answer?: string) => {
        const episode = await environment.choose({ task: 't' }, 0).begin();
        try {
          await episode.act({ code });
          return (await episode.grade({ final: true, ...(answer === undefined ? {} : { answer }) })).reward;
        } finally {
          await episode.sandbox.release();
        }
      };
      expect(await graded('true')).toBe(0);
      expect(await graded('true', 'right')).toBe(1);
      expect(await graded('echo right > answer.txt')).toBe(1);
      expect(await graded('echo right > answer.txt', 'wrong')).toBe(0);
      expect(await graded('mkdir answer.txt; touch answer.txt/x', 'right')).toBe(1);
      expect(await graded('ln -s /etc/passwd answer.txt', 'right')).toBe(1);
    });
  });
}
