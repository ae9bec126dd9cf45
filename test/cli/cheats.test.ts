import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { FakeTerminal } from './fake-terminal.ts';

let home = '';

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'stepwell-cheats-'));
});

afterAll(() => rm(home, { recursive: true }));

async function cheats(argv: string[], env: Readonly<Record<string, string>> = {}) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: home, ...env });
  const exitCode = await run(['cheats', ...argv], terminal);
  return { exitCode, printed: terminal.printed, complained: terminal.complained };
}

/** A folder of cheats by the names of their files. */
async function gallery(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(home, name);
  await mkdir(folder);
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  return folder;
}

describe('what cannot be played is refused before an engine is opened', () => {
  test('a bad header, with file and reason', async () => {
    const folder = await gallery('bad-header', {
      'good.sh': '# cheat: x\n# scores: = 0\n',
      'bad.sh': '# cheat: x\n# scores: nothing\n',
    });
    const { exitCode, printed, complained } = await cheats(['bash-v1', '--from', folder]);
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' });
    expect(complained).toMatch(/^stepwell: [^\n]*bad\.sh: line 2 has no bound in `nothing`[^\n]*\n$/);
  });

  test.each([
    ['an environment that there is not', ['none-v1'], 'there is no environment "none-v1": give bash-v1, '],
    ['a cheat that there is not', ['bash-v1', '--cheat', 'luck'], '--cheat: there is no cheat "luck"'],
    ['a dataset that there is not', ['sql-v1', '--dataset', 'none'], 'sql-v1 has no dataset "none"'],
    ['a task that there is not', ['bash-v1', '--task', 'none'], '--task: there is no task "none"'],
    ['a number of tasks that is none', ['bash-v1', '--tasks', '0'], 'Give a whole number from 1'],
    [
      'an option of another environment',
      ['bash-v1', '--max-rows', '1'],
      'max_rows: bash-v1 does not have this',
    ],
  ])('%s', async (_case, argv, message) => {
    const { exitCode, complained } = await cheats(argv);
    expect(exitCode).toBe(2);
    expect(complained).toContain(message);
  });
});

describeUnless(await localMissing(), 'user-defined cheats on user-defined tasks', () => {
  const TASKS = [
    { id: 'say-seven', instruction: 'Print seven.', gold: 'echo 7' },
    { id: 'say-eight', instruction: 'Print eight.', gold: 'echo 8' },
  ];

  async function played(name: string, files: Readonly<Record<string, string>>, ...more: string[]) {
    const tasks = join(home, `${name}.jsonl`);
    await writeFile(tasks, TASKS.map((task) => JSON.stringify(task)).join('\n'));
    const folder = await gallery(name, files);
    const argv = ['bash-v1', '--dataset', 'mine', '--from', folder, '--runtime', 'local', ...more];
    return cheats(argv, { STEPWELL_DATASET: `mine=${tasks}` });
  }

  test('a cheat that scores too much is listed with the tasks', async () => {
    const { exitCode, printed } = await played('winning', {
      'guess.sh': '# cheat: guesses seven\n# scores: < 1\n\necho 7\n',
      'wrong.sh': '# cheat: prints nine\n# scores: < 1\n\necho 9\n',
    });
    expect(exitCode).toBe(1);
    expect(printed).toMatch(
      /^broken +guess +< 1 +1 of 2 tasks, highest 1\.00\n {2}say-seven: scores 1 \(no-op /m,
    );
    expect(printed).toMatch(/^held +wrong +< 1 +2 of 2 tasks/m);
    expect(printed).not.toContain('say-eight');
  });

  test('cheats that score no more than allowed are printed one per line, or in full as JSON', async () => {
    const files = {
      'another.sh': '# cheat: plays another task\n# scores: < 1\n\n{{another_gold}}\n',
      'answer.sh': '# cheat: gives the instruction\n# scores: < 1\n\n# %% answer\n{{instruction}}\n',
      'graded.sh': '# cheat: asks for a grade\n# scores: <= no-op\n\n# %% evaluate\n',
    };
    const { exitCode, printed } = await played('holding', files);
    expect(exitCode).toBe(0);
    expect(printed.match(/^held .*2 of 2 tasks/gm)).toHaveLength(3);
    const json = await played('in-json', files, '--json', '--task', 'say-seven', '--cheat', 'another');
    expect(JSON.parse(json.printed)).toEqual([
      {
        task: 'say-seven',
        cheat: 'another',
        verdict: 'held',
        reward: expect.any(Number),
        noOp: expect.any(Number),
        reason: null,
      },
    ]);
  });

  test('episodes have the reset options of the flags', async () => {
    const files = { 'nothing.sh': '# cheat: does nothing\n# scores: <= no-op\n\ntrue\n' };
    const noOpsOf = async (name: string, ...flags: string[]) => {
      const { printed } = await played(name, files, '--json', ...flags);
      return (JSON.parse(printed) as { readonly noOp: number }[]).map(({ noOp }) => noOp);
    };
    expect(await noOpsOf('native')).toEqual([0, 0]);
    // InterCode rewards an untouched file system.
    for (const noOp of await noOpsOf('as-intercode', '--semantics', 'intercode'))
      expect(noOp).toBeGreaterThan(0);
  });

  test('a grade in between counts as the last one does', async () => {
    const { exitCode, printed } = await played('between', {
      'early.sh':
        '# cheat: is graded, and then spoils it\n# scores: < 1\n\necho 8\n# %% evaluate\n# %% answer\n9\n',
    });
    expect(exitCode).toBe(1);
    expect(printed).toMatch(/^ {2}say-eight: scores 1 /m);
  });

  test('a cheat that needs a fact that no task has is not played, and the command fails if none was', async () => {
    const { exitCode, printed } = await played('not-played', {
      'names.sh': '# cheat: asks for names\n# scores: = 0\n\n{{names}}\n',
    });
    expect(exitCode).toBe(1);
    expect(printed).toMatch(/^not played +names +.*2 not played$/m);
  });
});
