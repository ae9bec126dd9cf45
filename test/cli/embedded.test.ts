import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { signalled } from '../signals.ts';
import { stepwellProgram } from '../stepwell.ts';
import { FakeTerminal } from './fake-terminal.ts';

const missing = await localMissing();
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LOCAL = ['--runtime', 'local'];

function endGroup(pid: number | undefined): void {
  if (pid !== undefined) signalled(-pid, 'SIGKILL');
}

describeUnless(missing, 'commands with their own server', () => {
  let home = '';

  beforeAll(async () => {
    home = await temporaryHome();
  });

  afterAll(() => rm(home, { recursive: true }));

  async function stepwell(argv: string[], input = '', env: Readonly<Record<string, string>> = {}) {
    const terminal = new FakeTerminal(input, { STEPWELL_HOME: home, ...env });
    const exitCode = await run(argv, terminal);
    return { exitCode, printed: terminal.printed, complained: terminal.complained };
  }

  test('the demo shows solutions that are worth 1 and a mistake that is not', async () => {
    const { exitCode, printed, complained } = await stepwell(['play', '--demo', ...LOCAL]);
    expect(complained).not.toContain('stepwell:');
    expect(exitCode).toBe(0);
    const rewards = [...printed.matchAll(/^reward (\d\.\d\d)/gm)].map(([, reward]) => Number(reward));
    expect(rewards.filter((reward) => reward === 1)).toHaveLength(4);
    expect(rewards.filter((reward) => reward < 1)).toHaveLength(2);
    expect(printed).toMatch(/bash-v1: .*sql-v1: .*python-v1: /s);
    expect(printed).toMatch(/^\$ cd .*^sql> select .*^>>> /ims);
  });

  test('a play leaves a trajectory that replays, and one that was altered does not', async () => {
    const input = 'cd /tmp && echo hello > a\npwd\nfalse\nevaluate\nsubmit\n';
    const played = await stepwell(['play', '--task', '0', ...LOCAL], input);
    expect(played).toMatchObject({ exitCode: 0, complained: '' });
    expect(played.printed).toContain('\n/tmp\n');
    const path = /trajectory: (\S+)/.exec(played.printed)?.[1] ?? expect.fail('no trajectory was named');
    const same = await stepwell(['replay', path, ...LOCAL]);
    expect(same.printed).toContain('4 steps replayed, the same');
    expect(same.exitCode).toBe(0);

    const altered = join(home, 'altered.jsonl');
    await writeFile(altered, (await readFile(path, 'utf8')).replace('"output":"/tmp\\n"', '"output":"/\\n"'));
    const different = await stepwell(['replay', altered, ...LOCAL]);
    expect(different.exitCode).toBe(1);
    expect(different.printed).toContain('step 2, observation.output');
    expect(different.printed).toContain('file, step 2, observation_sha256');
  });

  test.each([
    [
      'sql-v1',
      'SELECT 6 * 7 AS answer\nSELECT nothing FROM nowhere\nsubmit\n',
      /answer[\s\S]*42[\s\S]*exit status 1/,
    ],
    [
      'python-v1',
      'def f():\n    return 42\n\nf()\n1 / 0\nsubmit\n',
      /^42$[\s\S]*ZeroDivisionError[\s\S]*exit status 1/m,
    ],
  ])('%s is played and replayed as Bash is', async (environment, input, shown) => {
    const played = await stepwell(['play', '--environment', environment, '--task', '0', ...LOCAL], input);
    expect(played.exitCode).toBe(0);
    expect(played.printed).toMatch(shown);
    expect(played.printed).toMatch(/^ {2}reward +\d\.\d\d$/m);
    const path = /trajectory: (\S+)/.exec(played.printed)?.[1] ?? expect.fail('no trajectory was named');
    expect((await stepwell(['replay', path, ...LOCAL])).printed).toContain('the same');
    const tasks = await stepwell(['tasks', '--environment', environment]);
    expect(tasks.printed).toMatch(/(\d+) of \1 tasks of built-in/);
  });

  test('an unknown environment is reported by name', async () => {
    const { exitCode, complained } = await stepwell(['play', '--environment', 'none-v1', ...LOCAL]);
    expect({ exitCode, complained }).toEqual({
      exitCode: 2,
      complained: expect.stringContaining('There is no environment none-v1'),
    });
  });

  test('tasks are listed and shown without an engine', async () => {
    const list = await stepwell(['tasks', 'list', '--limit', '1', '--json']);
    const [task] = JSON.parse(list.printed).tasks;
    const shown = await stepwell(['tasks', 'show', '0']);
    expect(shown.printed).toContain(task.id);
    expect(shown.printed).toContain(task.instruction);
    expect((await stepwell(['tasks', 'datasets'])).printed).toMatch(/bash-v1 +built-in +\d+ tasks/);
    const unknown = await stepwell(['tasks', 'show', 'no-such-task']);
    expect(unknown).toMatchObject({
      exitCode: 2,
      complained: expect.stringContaining('`stepwell tasks list --environment bash-v1 --dataset built-in`'),
    });
    for (const command of ['tasks', 'play']) {
      const argv = [command, '--dataset', 'spider', ...(command === 'play' ? LOCAL : [])];
      expect(await stepwell(argv)).toMatchObject({
        exitCode: 2,
        complained: expect.stringMatching(
          /^stepwell: --dataset: no environment has a dataset "spider"; .*stepwell import/,
        ),
      });
    }
  });

  test('tasks lists the datasets of STEPWELL_DATASET', async () => {
    const file = join(home, 'mine.jsonl');
    await writeFile(
      file,
      `${JSON.stringify({ id: 'one', instruction: 'Say hello.', gold: 'echo hello' })}\n`,
    );
    // `serve` would refuse this host; `tasks` does not read it.
    const env = { STEPWELL_DATASET: `mine=${file}`, STEPWELL_HOST: '0.0.0.0' };
    expect((await stepwell(['tasks', '--dataset', 'mine'], '', env)).printed).toContain(
      '1 of 1 tasks of mine',
    );
    expect((await stepwell(['tasks', 'show', 'two', '--dataset', 'mine'], '', env)).complained).toContain(
      '`stepwell tasks list --environment bash-v1 --dataset mine`',
    );
  });

  test('the image of an imported dataset is known by its name, and built at its first episode', async () => {
    const source = join(home, 'source');
    await mkdir(join(source, 'nl2bash'), { recursive: true });
    const tasks = JSON.stringify([{ query: 'Show the note.', gold: 'cat /testbed/note' }]);
    await writeFile(join(source, 'nl2bash/nl2bash_fs_1.json'), tasks);
    await mkdir(join(source, 'testbed'));
    await writeFile(join(source, 'testbed/note'), 'from the tree\n');
    execFileSync('tar', ['-cf', join(source, 'nl2bash/fs_1.tar'), '-C', source, 'testbed']);
    expect((await stepwell(['import', 'intercode', source, '--no-check'])).exitCode).toBe(0);
    expect((await stepwell(['images', 'list', ...LOCAL])).printed).toMatch(/^nl2bash-fs1 +not built/m);

    const argv = ['play', '--dataset', 'nl2bash-fs1', '--semantics', 'intercode', '--task', '0', ...LOCAL];
    const played = await stepwell(argv, 'cat /testbed/note\nsubmit\n');
    expect(played.printed).toContain('from the tree');
    expect(played.printed).toMatch(/reward +1\.00/);
    expect(played.complained).toContain('building the image nl2bash-fs1');

    expect((await stepwell(['images', 'list', ...LOCAL])).printed).toMatch(/^nl2bash-fs1 +sha256:/m);
    const built = await stepwell(['images', 'build', 'nl2bash-fs1', ...LOCAL]);
    expect(built).toMatchObject({ exitCode: 0, complained: 'nl2bash-fs1: up to date\n' });
    expect(built.printed).toMatch(/^nl2bash-fs1 sha256:/);
  });

  test('npm start passes a signal on, so that the server ends with it', async () => {
    const argv = ['start', '--', '--port=0', '--pool=bash-v1=1', '--log-level=error', ...LOCAL];
    const env = { ...process.env, STEPWELL_HOME: home };
    // A group of its own: what it leaves behind when the test fails can be ended.
    const npm = spawn('npm', argv, { cwd: ROOT, env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const exited = once(npm, 'exit');
      let printed = '';
      for await (const chunk of npm.stdout) {
        printed += chunk;
        if (printed.includes('ready on')) break;
      }
      const address = /ready on (\S+)/.exec(printed)?.[1] ?? expect.fail(`no address in ${printed}`);
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      npm.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
      await expect(fetch(`${address}/healthz`)).rejects.toThrow();
    } finally {
      endGroup(npm.pid);
    }
  });

  describe('serve', () => {
    let server: ChildProcess;
    let url = '';

    beforeAll(async () => {
      const argv = [
        stepwellProgram(),
        'serve',
        '--port',
        '0',
        '--pool',
        'bash-v1=1',
        '--log-level',
        'error',
        ...LOCAL,
      ];
      const env = { ...process.env, STEPWELL_HOME: home };
      server = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await once(server.stdout ?? server, 'data');
      url = /ready on (\S+)/.exec(String(line))?.[1] ?? expect.fail(`no address in ${line}`);
    });

    afterAll(async () => {
      if (server.exitCode === null && server.kill('SIGKILL')) await once(server, 'exit');
    });

    test('is stopped by SIGTERM while someone plays, and both end in order', async () => {
      const terminal = new FakeTerminal(null, {});
      const exited = once(server, 'exit');
      const started = terminal.shows('seed');
      const playing = run(['play', '--url', url], terminal);
      await started;
      server.kill('SIGTERM');
      expect(await playing).toBe(1);
      expect(terminal.complained).toMatch(/^stepwell: the connection to the server is gone[^\n]*\n$/);
      expect(await exited).toEqual([0, null]);
    });
  });
});
