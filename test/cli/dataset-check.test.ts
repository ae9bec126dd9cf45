import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CheckedDataset, checkLines } from '../../clients/cli/dataset-check.ts';
import { run } from '../../clients/cli/program.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { dockerMissing, localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { FakeTerminal } from './fake-terminal.ts';

const MINUTES = 60_000;

test('a check prints counts and names the first findings', () => {
  const mark = (kind: 'no_op_wins' | 'gold_fails' | 'cannot_begin', id: string) => ({
    id,
    ungradable: { kind, reason: 'So it is.' },
  });
  const checked: CheckedDataset = {
    environment: 'bash-v1',
    dataset: 'mine',
    tasks: 60,
    engine: 'local',
    marks: [
      mark('no_op_wins', 'a'),
      mark('cannot_begin', 'b'),
      ...Array.from({ length: 20 }, (_, n) => mark('gold_fails', `c${n}`)),
    ],
    faults: [{ id: 'd', fault: 'It died.' }],
  };
  const lines = checkLines(checked);
  expect(lines[0]).toBe(
    'checked mine for bash-v1: 37 of 60 gradable, 1 no-op wins, 20 gold fails, 0 gold never ends, 1 cannot begin, 1 not tried',
  );
  expect(lines[1]).toBe('  a: no-op wins: So it is.');
  expect(lines).toHaveLength(22);
  expect(lines.at(-1)).toBe('  and 3 more');
});

describeUnless(await dockerMissing(), 'the built-in datasets, checked on Docker', () => {
  test(
    'can all be graded',
    async () => {
      const home = await temporaryHome();
      try {
        const terminal = new FakeTerminal('', { ...process.env, STEPWELL_HOME: home } as Record<
          string,
          string
        >);
        const exitCode = await run(['tasks', 'check', '--runtime', 'docker'], terminal);
        expect(terminal.printed).toMatch(
          /checked built-in for bash-v1: (\d+) of \1 tasks pass\n.*for sql-v1: (\d+) of \2 tasks pass\n.*for python-v1: (\d+) of \3 tasks pass\n.*for terminal-v1: (\d+) of \4 tasks pass\n/s,
        );
        expect(exitCode).toBe(0);
      } finally {
        await rm(home, { recursive: true });
      }
    },
    10 * MINUTES,
  );
});

describeUnless(await localMissing(), 'a check on the local engine', () => {
  let home = '';

  beforeAll(async () => {
    home = await temporaryHome();
    const task = (id: string, gold: string) => ({ id, instruction: `Do ${id}.`, gold });
    await mkdir(join(home, 'datasets/mine'), { recursive: true });
    const tasks = [
      task('prints', 'echo 42'),
      task('changes', 'mkdir -p /work && echo x > /work/f'),
      task('nothing', 'true'),
      task('missing', 'no-such-command --now'),
      task('moment', 'date +%s%N'),
    ];
    const file = { format: 1, environment: 'bash-v1', image: { name: 'bash', from: 'bash' }, tasks };
    await writeFile(join(home, 'datasets/mine/dataset.json'), JSON.stringify(file));
  });
  afterAll(() => rm(home, { recursive: true }));

  async function stepwell(...argv: string[]) {
    const terminal = new FakeTerminal('', { STEPWELL_HOME: home });
    const exitCode = await run(argv, terminal);
    return { exitCode, printed: terminal.printed, complained: terminal.complained };
  }

  test(
    'plays every gold, and names the tasks that fail',
    async () => {
      const { exitCode, printed } = await stepwell(
        'tasks',
        'check',
        '--dataset',
        'mine',
        '--runtime',
        'local',
      );
      expect(printed).toContain('checked mine for bash-v1: 2 of 5 tasks pass, 3 fail');
      expect(printed).toMatch(/✗ +nothing .*prints nothing and changes nothing/);
      expect(printed).toMatch(/✗ +missing .*does not exist as a command: no-such-command/);
      expect(printed).toMatch(/✗ +moment .*the solution scores 0/);
      expect(exitCode).toBe(1);
      expect((await stepwell('tasks', 'check', '--dataset', 'none')).exitCode).toBe(2);
    },
    3 * MINUTES,
  );

  test(
    'goes with an import, which marks what it finds in the files',
    async () => {
      const record = (id: string, solution: string) => ({
        task_id: id,
        prompt: 'def twice(x):\n    """Twice x."""\n',
        entry_point: 'twice',
        canonical_solution: solution,
        test: 'def check(candidate):\n    assert candidate(2) == 4\n',
      });
      const lines = [record('T/0', '    return 2 * x\n'), record('T/1', '    return x\n')];
      const path = join(home, 'twice.jsonl');
      await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      const { exitCode, printed } = await stepwell('import', 'humaneval', path, '--runtime', 'local');
      expect(exitCode).toBe(0);
      expect(printed).toContain('checked twice for python-v1: 1 of 2 gradable, 0 no-op wins, 1 gold fails');
      const file = JSON.parse(await readFile(join(home, 'datasets/twice/dataset.json'), 'utf8'));
      expect(file.check).toMatchObject({ engine: 'local' });
      expect(file.tasks.map(({ ungradable }: { ungradable?: { kind: string } }) => ungradable?.kind)).toEqual(
        [undefined, 'gold_fails'],
      );
      expect((await stepwell('tasks', 'datasets')).printed).toMatch(/python-v1 +twice +2 tasks +1 gradable/);
      expect((await stepwell('tasks', 'list', '--dataset', 'twice')).printed).toContain('(gold_fails)');
    },
    3 * MINUTES,
  );
});
