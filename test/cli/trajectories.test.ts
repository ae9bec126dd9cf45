import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeEnvironment } from '../server/fake-environment.ts';
import { startTestServer, Wire } from '../server/test-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { stepwell } from './fake-terminal.ts';
import { GRADED, jsonl, type Line, resetLine, stepLine } from './recorded.ts';

const there = temporaryFolder();
let folder = '';

const EXPLANATION: Line = {
  event: 'explanation',
  time: '2026-01-01T00:00:01.000Z',
  after_step: 2,
  explanation: {
    kind: 'files',
    components: [{ name: 'file_diff', value: 0.25, weight: 0.5, made_of: '1 of 2 paths.' }],
    notes: ['A note.'],
    paths: [
      { path: '/work/a', difference: 'content', diff: '--- expected\n+++ given\n@@ -1 +1 @@\n-two\n+2\n' },
      { path: '/work/gone', difference: 'missing', note: 'the gold adds it' },
    ],
    answer: { expected: '43 files', given: '42 files', first_difference: 1 },
    rows: {
      columns: { expected: ['a'], given: ['b'] },
      ...{
        expected_count: 1,
        given_count: 2,
        missing: [[1]],
        extra: [[2]],
        ordered: true,
        first_wrong_row: 0,
      },
    },
    tests: [{ name: 'sum', call: 'f(1)', passed: false, expected: '2', got: '3', error: 'WrongAnswer' }],
    verifier: { output: 'it \u001b[31mfailed\u001b[0m\n', exit_code: 1 },
  },
};

function write(id: string, reward: number, output = 'two\n', more: Line = {}): void {
  const day = join(folder, '2026-01-01');
  mkdirSync(day, { recursive: true });
  const lines = [
    { ...resetLine(), episode_id: id, ...more },
    stepLine(1, 'ls', output, { observation: { output, exit_code: 1 } }),
    stepLine(2, 'submit 43', '', {
      ...GRADED,
      reward,
      info: { duration_ms: 1, grade_ms: 5, success: reward === 1 },
    }),
    EXPLANATION,
    { event: 'close', time: '2026-01-01T00:00:02.000Z', reason: 'terminated', steps: 2 },
  ];
  writeFileSync(join(day, `${id}.jsonl`), jsonl(lines));
}

beforeEach(() => {
  folder = there();
  write('good', 1);
  write('bad', 0.25, 'three\n', { options: { tags: ['run-7'] } });
});

const ran = (...argv: string[]) => stepwell([...argv, '--folder', folder]);

describe('stepwell trajectories', () => {
  it('lists those that the flags mean', async () => {
    const { exitCode, printed } = await ran('trajectories', 'list', '--reward', '<0.5');
    expect(exitCode).toBe(0);
    expect(printed).toMatch(
      /2026-01-01 00:00 +bad +bash-v1 +count-files +2 steps +0\.250 +terminated +run-7/,
    );
    expect(printed).toContain('1 of 1 trajectories');
    const { printed: json } = await ran('trajectories', '--json', '--tag', 'run-7', '--no-success');
    expect(JSON.parse(json)).toMatchObject({ total: 1, trajectories: [{ episode_id: 'bad' }] });
  });

  it.each([
    [['--reward', 'low'], '<0.5'],
    [['--since', 'yesterday'], '24h'],
  ])('refuses %j, and says what to give', async (flags, remedy) => {
    const { exitCode, complained } = await ran('trajectories', 'list', ...flags);
    expect(exitCode).toBe(2);
    expect(complained).toContain(flags[0]);
    expect(complained).toContain(remedy);
  });

  it('says that there is no folder', async () => {
    const { exitCode, complained } = await stepwell(['trajectories', '--folder', join(folder, 'none')]);
    expect(exitCode).toBe(2);
    expect(complained).toContain('--folder: there is no folder');
  });

  it('counts success and errors by turn', async () => {
    const { printed } = await ran('trajectories', 'stats');
    expect(printed).toMatch(/all +2 +2 +50\.0 % +0\.625 +2\.00 +none/);
    expect(printed).toMatch(/\n1 +2 +0\.0 % +100\.0 % +0\.000\n2 +2 +50\.0 % +0\.0 % +0\.625/);
    const { printed: json } = await ran('trajectories', 'stats', '--by', 'tag', '--json');
    expect(
      JSON.parse(json)
        .groups.map(({ key }: { key: string }) => key)
        .sort(),
    ).toEqual(['', 'run-7']);
  });

  it('compares two, step by step', async () => {
    const { exitCode, printed } = await ran('trajectories', 'diff', 'good', '2026-01-01/bad.jsonl');
    expect(exitCode).toBe(1);
    expect(printed).toContain('step 1: output ← first difference\n  - two\n  + three\n');
    expect(printed).toContain('reward 1 against 0.25');
    const { exitCode: same, printed: text } = await ran('trajectories', 'diff', 'good', 'good');
    expect([same, text.includes('the same')]).toEqual([0, true]);
  });

  it('exports to a file or to its output', async () => {
    const out = join(folder, 'good.jsonl');
    await ran('trajectories', 'export', 'sft', '--success', '--out', out);
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ episode_id: 'good' });
    const { printed } = await ran('trajectories', 'export', 'csv');
    expect(printed.trim().split('\r\n')).toHaveLength(3);
    const { exitCode, complained } = await ran('trajectories', 'export', 'word');
    expect([exitCode, complained.includes('parquet')]).toEqual([2, true]);
  });

  it('removes only what is named, and only when it is told to', async () => {
    const { exitCode } = await ran('trajectories', 'prune', '--yes');
    expect(exitCode).toBe(2);
    const { printed } = await ran('trajectories', 'prune', '--reward', '<0.5');
    expect(printed).toContain('would remove 1 trajectories');
    const open = { ...resetLine(), episode_id: 'open' };
    writeFileSync(join(folder, '2026-01-01/open.jsonl'), jsonl([open]));
    await ran('trajectories', 'prune', '--reward', '<0.5', '--yes');
    expect(readdirSync(join(folder, '2026-01-01')).sort()).toEqual(['good.jsonl', 'open.jsonl']);
    await ran('trajectories', 'prune', '--keep', '1d', '--yes');
    expect(readdirSync(join(folder, '2026-01-01'))).toEqual(['open.jsonl']);
  });

  it('asks a server', async () => {
    const server = await startTestServer([new FakeEnvironment()]);
    try {
      const wire = await Wire.connect(`${server.url}/v1`);
      const id = await wire.reset({ tags: ['live'] });
      const { printed } = await stepwell(['trajectories', 'list', '--url', server.url]);
      expect(printed).toMatch(new RegExp(`${id} +fake-v1 .* open +live`));
      const { printed: shown } = await stepwell(['show', id, '--url', server.url]);
      expect(shown).toContain('Print gold');
    } finally {
      await server.close();
    }
  });
});

describe('stepwell show', () => {
  it('shows each step with its output and its reward', async () => {
    const { printed } = await ran('show', 'bad');
    for (const text of [
      'count-files (bash-v1, builtin)  reward 0.250',
      'tags: run-7',
      '── step 1 · 5.0 ms · exit status 1\n> ls\nthree\n',
      'reward 0.250 · graded in 5.0 ms\n> submit 43',
      'Why\n',
      '── end · terminated',
    ]) {
      expect(printed.replace(/· \d\.\d ms · exit/, '· 5.0 ms · exit')).toContain(text);
    }
    expect((await ran('show', 'bad', '--no-explain')).printed).not.toContain('Why');
  });

  it('reads a file by itself, and leaves nothing beside it', async () => {
    const path = join(folder, '2026-01-01/good.jsonl');
    const { exitCode, printed } = await stepwell(['show', path]);
    expect([exitCode, printed.includes('count-files')]).toEqual([0, true]);
    expect(readdirSync(join(folder, '2026-01-01')).sort()).toEqual(['bad.jsonl', 'good.jsonl']);
    expect(existsSync(join(folder, 'index.sqlite'))).toBe(false);
  });

  it('lets no output command the terminal', async () => {
    write('hostile', 0, 'a\u001b]0;title\u0007\u001b[2Jb\u009bc\rd\u202e');
    const { printed } = await ran('show', 'hostile');
    expect(printed).toContain('a\\x1b]0;title\\x07\\x1b[2Jb\\x9bc\\x0dd\\x202e');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
    expect(printed).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });

  it.each([
    ['show', 'nothing'],
    ['explain', 'nothing'],
  ])('%s says that there is no such trajectory', async (command, named) => {
    const { exitCode, complained } = await ran(command, named);
    expect(exitCode).not.toBe(0);
    expect(complained).toContain('There is no trajectory nothing');
  });

  it('says what is wrong with a file', async () => {
    const path = join(folder, 'text.txt');
    writeFileSync(path, 'hello\n');
    const { exitCode, complained } = await stepwell(['show', path]);
    expect(exitCode).toBe(2);
    expect(complained).toContain('line 1 is not JSON');
  });
});

describe('stepwell explain', () => {
  it('says what the reward is made of, and what differs', async () => {
    const { exitCode, printed } = await ran('explain', 'bad');
    expect(exitCode).toBe(0);
    for (const text of [
      'count-files (bash-v1): reward 0.250',
      'after step 2 of 2, graded in 5.0 ms',
      'file_diff  0.250 of 0.500  1 of 2 paths.',
      'A note.',
      '~ /work/a: content',
      '      -two\n      +2',
      '- /work/gone: missing (the gold adds it)',
      'Rows: 1 expected, 2 given, their order counts',
      '  - [1]\n  + [2]',
      '  failed  sum\n      call: f(1)\n      expected: 2\n      got: 3\n      error: WrongAnswer',
      'Answer: first difference in line 1, character 2\n  expected: 43 files\n  given:    42 files',
      'Verifier (exit status 1)\nit \\x1b[31mfailed',
    ]) {
      expect(printed).toContain(text);
    }
  });

  it('gives the same as JSON', async () => {
    const { printed } = await ran('explain', 'bad', '--json');
    expect(JSON.parse(printed)).toMatchObject({
      trajectory: { episode_id: 'bad', reward: 0.25 },
      after_step: 2,
      explanation: { kind: 'files', notes: ['A note.'] },
    });
  });

  it('says that a step was not graded', async () => {
    const { exitCode, complained } = await ran('explain', 'bad', '--step', '1');
    expect(exitCode).toBe(1);
    expect(complained).toContain('step 1 was not graded');
  });
});
