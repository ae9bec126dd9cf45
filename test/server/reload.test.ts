import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { DatasetInvalidError } from '../../clients/typescript/errors.ts';
import { createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { FakeTerminal } from '../cli/fake-terminal.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

const task = (word: string) => ({
  'task.toml': 'schema_version = "1.4"\n[environment]\nworkdir = "/app"\n',
  'instruction.md': `Write ${word} to answer.\n`,
  'tests/test.sh': `grep -qx ${word} answer && echo 1 > /logs/verifier/reward.txt || echo 0 > /logs/verifier/reward.txt\n`,
  'solution/solve.sh': `echo ${word} > answer\n`,
});

describeUnless(await localMissing(), 'datasets that are loaded again by a running server', () => {
  let home = '';
  let server: RunningServer;
  let client: StepwellClient;
  const lines = (...golds: string[]) =>
    golds
      .map(
        (gold, n) =>
          `${JSON.stringify({ id: `t${n}`, instruction: `Say ${gold}.`, gold: `echo ${gold}` })}\n`,
      )
      .join('');

  async function writeTask(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(home, 'mine', name, file)), { recursive: true });
      await writeFile(join(home, 'mine', name, file), text);
    }
  }

  beforeAll(async () => {
    home = await temporaryHome();
    await writeTask('one', task('apple'));
    await writeFile(join(home, 'list.jsonl'), lines('red'));
    const dataset = { 'terminal-v1:mine': join(home, 'mine'), list: join(home, 'list.jsonl') };
    const config = createConfig({ port: 0, runtime: 'local', log_level: 'silent', dataset });
    server = await startServer(config, { env: { STEPWELL_HOME: home } });
    client = await StepwellClient.connect(server.url);
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await server?.close();
    await rm(home, { recursive: true });
  });

  it('are those of all fronts, while an episode keeps the dataset that it began with', {
    timeout: 120_000,
  }, async () => {
    const reset = {
      environment: 'terminal-v1',
      dataset: 'mine',
      task: 'one',
      include_ungradable: true,
    } as const;
    await using old = await client.reset(reset);
    await writeTask('one', task('pear'));
    await writeTask('two', task('plum'));
    expect((await client.tasks({ environment: 'terminal-v1', dataset: 'mine' })).total).toBe(1);
    const { datasets } = await client.reload();
    expect(datasets).toEqual([
      { environment: 'terminal-v1', name: 'mine', tasks: 2, change: 'changed' },
      { environment: 'bash-v1', name: 'list', tasks: 1, change: 'same' },
    ]);
    const { tasks } = await client.tasks({ environment: 'terminal-v1', dataset: 'mine' });
    expect(tasks.map(({ instruction }) => instruction)).toEqual(
      ['Write pear to answer.\n', 'Write plum to answer.\n'].map((text) => text.trim()),
    );
    const openenv = await fetch(`${server.url}/openenv/terminal-v1/terminal-v1/num_tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ split: 'mine' }),
    });
    expect(await openenv.json()).toMatchObject({ num_tasks: 2 });

    await old.step('echo apple > answer');
    const [fork] = await old.fork();
    expect((await old.submit()).reward).toBe(1);
    if (fork === undefined || 'error' in fork) throw new Error('no fork');
    expect((await fork.episode.submit()).reward).toBe(1);
    await using other = await client.reset(reset);
    await other.step('echo apple > answer');
    expect((await other.submit()).reward).toBe(0);
  });

  it.each([
    [
      'terminal-v1',
      () => writeTask('two', { 'task.toml': 'schema_version = "1.4"\n[agent]\ntimeout = 1\n' }),
      { field: 'agent.timeout', line: 3 },
    ],
    [
      'bash-v1',
      () => writeFile(join(home, 'list.jsonl'), `${lines('red')}{"id": 1}\n`),
      { field: 'id', line: 2, record: 1 },
    ],
  ])(
    'stay as they are where one of %s is broken, with file, line and key',
    { timeout: 60_000 },
    async (_, break_, place) => {
      const before = await client.environments();
      await break_();
      const error = await client.reload().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DatasetInvalidError);
      expect(error).toMatchObject({
        retryable: false,
        details: { ...place, file: expect.stringContaining(home) },
      });
      expect(await client.environments()).toEqual(before);
      await writeTask('two', task('plum'));
      await writeFile(join(home, 'list.jsonl'), lines('red'));
      await client.reload();
    },
  );

  it('refuse another image under the name that sandboxes have', { timeout: 60_000 }, async () => {
    const folder = join(home, 'datasets/tree');
    const write = async (script: string) => {
      await mkdir(folder, { recursive: true });
      const image = { name: 'tree', from: 'bash', script };
      const records = [{ id: 'a', instruction: 'Say x.', gold: 'echo x' }];
      const text = JSON.stringify({ format: 1, environment: 'bash-v1', image, tasks: records });
      await writeFile(join(folder, 'new'), text);
      await rename(join(folder, 'new'), join(folder, 'dataset.json'));
    };
    await write('true');
    expect((await client.reload()).datasets[0]).toMatchObject({ name: 'tree', change: 'added' });
    await write('false');
    await expect(client.reload()).rejects.toMatchObject({
      error: 'dataset_invalid',
      message: expect.stringContaining('the image tree has changed under the same name; restart the server'),
    });
    await rm(folder, { recursive: true });
    expect((await client.reload()).datasets.at(-1)).toMatchObject({
      name: 'tree',
      change: 'removed',
      tasks: 0,
    });
    expect(await readdir(join(home, 'datasets'))).toEqual([]);
  });

  describe('by the command line', () => {
    it('prints each dataset, or why none was loaded', { timeout: 60_000 }, async () => {
      const reload = async () => {
        const terminal = new FakeTerminal('', {});
        const exitCode = await run(['tasks', 'reload', '--url', server.url], terminal);
        return { exitCode, printed: terminal.printed, complained: terminal.complained };
      };
      expect(await reload()).toMatchObject({
        exitCode: 0,
        printed: expect.stringMatching(/^same +terminal-v1 +mine +2 tasks\n/),
      });
      await writeFile(join(home, 'list.jsonl'), '{');
      expect(await reload()).toMatchObject({
        exitCode: 2,
        complained: expect.stringMatching(/list\.jsonl, line 1: not JSON/),
      });
    });
  });
});
