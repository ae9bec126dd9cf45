import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import type { CheckedTasks } from '../../clients/cli/task-check/check-dataset.ts';
import { CheckState } from '../../clients/cli/task-check/check-state.ts';
import { checkedLines } from '../../clients/cli/task-check/table.ts';
import type { Problem, TaskVerdict } from '../../clients/cli/task-check/verdict.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { stepwellProgram } from '../stepwell.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FakeTerminal } from './fake-terminal.ts';

const MINUTES = 60_000;
const PASSED = { noOp: 0, gold: 1, wrong: [0], cheats: [0, 0], gradeMs: 1240, problems: [] };

function verdict(id: string, problems: readonly Problem[] = []): TaskVerdict {
  return { ...PASSED, id, index: 0, problems };
}

test('a check prints a line for each task, with what to do', () => {
  const checked: CheckedTasks = {
    environment: 'bash-v1',
    dataset: 'mine',
    known: 1,
    tasks: [
      verdict('good'),
      verdict('open', [
        { requirement: 'cheats', seen: 'cheat 1 scores 1', remedy: 'close the hole' },
        { requirement: 'again', seen: 'the solution scores 1, then 0', remedy: 'remove chance' },
      ]),
      { id: 'lost', index: 2, fault: 'It died.' },
    ],
  };
  expect(checkedLines(checked)).toEqual([
    '   task  gold  no-op  wrong  cheats  again    verifier  to do',
    '✓  good  1     0      1/1    2/2     same     1.2 s',
    '✗  open  1     0      1/1    1/2     differs  1.2 s     cheat 1 scores 1: close the hole (and 1 more; --json has all)',
    '-  lost                                                 not tried: It died.',
    'checked mine for bash-v1: 1 of 3 tasks pass, 1 fail, 1 not tried, 1 known from before (--again plays them again)',
  ]);
});

const folder = temporaryFolder();

test('results are kept by the content of the task, in a file that is replaced as a whole', async () => {
  const path = join(folder(), 'checks/a.json');
  const on = { engine: 'local', digest: 'sha256:1' };
  const state = await CheckState.open(path);
  state.keep('one', on, verdict('a'));
  state.keep('two', on, verdict('b'));
  await state.written();
  const again = await CheckState.open(path);
  expect(again.known('a', 'one')).toEqual({ verdict: verdict('a'), on });
  expect(again.known('b', 'two')).toEqual({ verdict: verdict('b'), on });
  expect(again.known('a', 'other')).toBeNull();
  expect(await readdir(dirname(path))).toEqual(['a.json']);
  await writeFile(path, (await readFile(path, 'utf8')).slice(0, -20));
  expect((await CheckState.open(path)).known('a', 'one')).toBeNull();
});

test('results that cannot be written are an error', async () => {
  await writeFile(join(folder(), 'file'), '');
  const state = await CheckState.open(join(folder(), 'file/a.json'));
  state.keep('one', { engine: 'local', digest: 'sha256:1' }, verdict('a'));
  await expect(state.written()).rejects.toMatchObject({ code: 'ENOTDIR' });
});

const REWARD = 'echo $? | tr 01 10 > /logs/verifier/reward.txt\n';
const GOOD = {
  'task.toml': 'schema_version = "1.4"\n[environment]\nworkdir = "/app"\n',
  'instruction.md': 'Write 42 to answer.\n',
  'tests/test.sh': `[ "$(cat answer)" = 42 ]; ${REWARD}`,
  'solution/solve.sh': 'echo 42 > answer\n',
  'wrong/1.sh': 'echo 41 > answer\n',
  'cheats/1.sh': 'mkdir -p /logs/verifier; echo 1 > /logs/verifier/reward.txt\n',
};
const PARTIAL =
  'echo "{\\"reward\\": $([ -f answer ] && echo 1 || echo 0.25)}" > /logs/verifier/reward.json\n';

/** Each but the first has one defect. */
const TASKS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  good: {},
  'no-op-wins': { 'tests/test.sh': PARTIAL, 'wrong/1.sh': null },
  'gold-fails': { 'solution/solve.sh': 'echo 43 > answer\n' },
  'wrong-wins': { 'tests/test.sh': `[ -s answer ]; ${REWARD}` },
  'cheat-wins': { 'cheats/1.sh': 'echo 42 > answer\n' },
  'never-same': {
    'tests/test.sh':
      'echo "{\\"reward\\": $(cat answer 2> /dev/null | grep -cx 42), \\"at\\": $(date +%s%N)}" > /logs/verifier/reward.json\n',
  },
  'too-slow': {
    'task.toml': `${GOOD['task.toml']}[verifier]\ntimeout_sec = 1\n`,
    'tests/test.sh': `${REWARD}sleep 600\n`,
  },
  'no-solution': { 'solution/solve.sh': null },
  declared: {
    'task.toml': `${GOOD['task.toml']}[stepwell]\nno_op_reward = 0.25\n`,
    'tests/test.sh': PARTIAL,
    'wrong/1.sh': null,
  },
};

describeUnless(await localMissing(), 'stepwell tasks check, on the local engine', () => {
  let home = '';
  let tasks = '';

  beforeAll(async () => {
    home = await temporaryHome();
    tasks = join(home, 'my tasks');
    for (const [name, changes] of Object.entries(TASKS)) {
      for (const [file, text] of Object.entries({ ...GOOD, ...changes })) {
        if (text === null) continue;
        await mkdir(dirname(join(tasks, name, file)), { recursive: true });
        await writeFile(join(tasks, name, file), text);
      }
    }
  });
  afterAll(() => rm(home, { recursive: true }));

  async function check(...argv: string[]) {
    const terminal = new FakeTerminal('', { STEPWELL_HOME: home });
    const exitCode = await run(['tasks', 'check', ...argv, '--runtime', 'local'], terminal);
    return { exitCode, printed: terminal.printed, complained: terminal.complained };
  }
  const json = async (...argv: string[]): Promise<CheckedTasks> =>
    JSON.parse((await check(...argv, '--json')).printed)[0];

  test(
    'names what each task does not keep',
    async () => {
      const { exitCode, printed } = await check(tasks, '--json');
      expect(exitCode).toBe(1);
      const [checked] = JSON.parse(printed) as [CheckedTasks];
      expect(checked).toMatchObject({ environment: 'terminal-v1', dataset: 'my-tasks', known: 0 });
      const found = checked.tasks.map((task): [string, unknown] => [
        task.id,
        'problems' in task ? task.problems.map(({ requirement, seen }) => [requirement, seen]) : task,
      ]);
      expect(Object.fromEntries(found)).toEqual({
        good: [],
        'no-op-wins': [['no-op', 'a no-op scores 0.25, not 0']],
        'gold-fails': [['gold', 'the solution scores 0, not 1']],
        'wrong-wins': [['wrong', 'wrong answer 1 scores 1']],
        'cheat-wins': [['cheats', 'cheat 1 scores 1, more than a no-op (0)']],
        'never-same': [
          ['again', expect.stringMatching(/^a no-op scores 0 \(reward 0, at \d+\), then 0 \(/)],
          ['again', expect.stringMatching(/^the solution scores 1 \(reward 1, at \d+\), then 1 \(/)],
        ],
        'too-slow': expect.arrayContaining([
          ['verifier', expect.stringMatching(/^a grade takes \d+\.\d s of 1\.0 s$/)],
        ]),
        'no-solution': [['gold', 'the task has no solution']],
        declared: [],
      });
    },
    3 * MINUTES,
  );

  test(
    'plays only what has changed since, and all with --again',
    async () => {
      const count = Object.keys(TASKS).length;
      expect((await json(tasks)).known).toBe(count);
      await writeFile(join(tasks, 'good/tests/test.sh'), `${GOOD['tests/test.sh']}# changed\n`);
      expect((await json(tasks)).known).toBe(count - 1);
      const [file = ''] = await readdir(join(home, 'checks'));
      const kept = await readFile(join(home, 'checks', file), 'utf8');
      await writeFile(
        join(home, 'checks', file),
        kept.replace(/"digest":"[^"]+"/, '"digest":"sha256:other"'),
      );
      expect((await json(tasks)).known).toBe(count - 1);
      expect(await json(tasks, '--task', 'good', '--again')).toMatchObject({
        known: 0,
        tasks: [{ id: 'good' }],
      });
      expect((await json(tasks)).known).toBe(count);
    },
    3 * MINUTES,
  );

  test(
    'takes the folder of one task, and exits with 0 where it passes',
    async () => {
      const { exitCode, printed } = await check(join(tasks, 'good'));
      expect(printed).toMatch(
        /✓ {2}good +1 +0 +1\/1 +1\/1 +same +\d+\.\d s\nchecked good for terminal-v1: 1 of 1 /,
      );
      expect(exitCode).toBe(0);
      expect(await check(join(tasks, 'nothing'))).toMatchObject({
        exitCode: 2,
        complained: expect.stringContaining('nothing: no such file or folder'),
      });
      expect(await check(tasks, '--task', 'nope')).toMatchObject({
        exitCode: 2,
        complained: expect.stringContaining('has no task "nope"'),
      });
    },
    MINUTES,
  );

  test(
    'goes on where a killed check was',
    async () => {
      const many = join(home, 'many');
      const names = Array.from({ length: 6 }, (_, n) => `t${n}`);
      for (const name of names) await cp(join(tasks, 'declared'), join(many, name), { recursive: true });
      const own = join(home, 'own');
      await mkdir(join(own, 'checks'), { recursive: true });
      const argv = [stepwellProgram(), 'tasks', 'check', many, '--parallel', '1', '--runtime', 'local'];
      const env = { ...process.env, STEPWELL_HOME: own };
      const child = spawn(process.execPath, argv, { env, stdio: 'ignore' });
      const ended = once(child, 'exit');
      const watcher = watch(join(own, 'checks'));
      while (!(await readdir(join(own, 'checks'))).some((name) => name.endsWith('.json'))) {
        await once(watcher, 'change');
      }
      watcher.close();
      child.kill('SIGKILL');
      await ended;
      const terminal = new FakeTerminal('', { STEPWELL_HOME: own });
      expect(await run(['tasks', 'check', many, '--runtime', 'local'], terminal)).toBe(0);
      expect(terminal.printed).toMatch(/6 of 6 tasks pass, [1-6] known from before/);
    },
    2 * MINUTES,
  );
});
