import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSamples } from '../../clients/check/samples.ts';
import { run } from '../../clients/cli/program.ts';
import { startLocalServer, temporaryHome } from '../clients/real-server.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { FakeTerminal } from './fake-terminal.ts';

const MINUTES = 60_000;

let home = '';

beforeAll(async () => {
  home = await temporaryHome();
});

afterAll(() => rm(home, { recursive: true }));

async function check(argv: string[], env: Readonly<Record<string, string>> = {}) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: home, ...env });
  const exitCode = await run(['check', ...argv], terminal);
  return { exitCode, printed: terminal.printed, complained: terminal.complained };
}

describe('what cannot be checked is refused with status 2', () => {
  test.each([
    ['no environment', [], "missing required argument 'environment'"],
    ['an environment that there is not', ['none-v1'], 'there is no environment "none-v1": give bash-v1, '],
    ['a folder without a definition', ['/tmp/'], '/tmp: the folder has none of environment.ts, '],
    [
      'a folder named as an id',
      ['protocol'],
      'there is no environment "protocol": did you mean the folder ./protocol?',
    ],
    ['a dataset that there is not', ['bash-v1', '--dataset', 'none'], 'bash-v1 has no dataset "none"'],
    ['a number of tasks that is none', ['bash-v1', '--tasks', '0'], 'Give a whole number from 1'],
    ['a seed that is none', ['bash-v1', '--seed', 'luck'], 'Give a whole number from 0'],
    [
      'an option of another environment',
      ['bash-v1', '--scoring', 'tests'],
      'scoring: bash-v1 does not have this',
    ],
    [
      'another environment’s value',
      ['sql-v1', '--scoring', 'tests'],
      'scoring: sql-v1 takes execution_match',
    ],
    ['an invalid weight', ['sql-v1', '--weights', '{"format":-1}'], 'weights.format: Too small'],
  ])('%s', async (_case, argv, message) => {
    const { exitCode, printed, complained } = await check(argv);
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' });
    expect(complained).toContain(message);
  });
});

describe('samples', () => {
  test('are of a folder, which need not have any', async () => {
    expect(await readSamples(home)).toBeNull();
  });

  test('that are malformed are refused with file and field', async () => {
    const folder = join(home, 'samples');
    await mkdir(folder);
    const write = (text: string) => writeFile(join(folder, 'samples.json'), text);
    await write('{');
    await expect(readSamples(folder)).rejects.toThrow(/samples\.json: is not JSON/);
    await write(JSON.stringify({ show: { code: 'x', shown: 'x' }, fail: 'x' }));
    await expect(readSamples(folder)).rejects.toThrow(/samples\.json: count: /);
    const count = { begin: 'x', add: 'x', show: 'x', one: '(' };
    await write(JSON.stringify({ show: { code: 'x', shown: 'x' }, fail: 'x', count }));
    await expect(readSamples(folder)).rejects.toThrow(
      /samples\.json: count\.one: is not a regular expression/,
    );
  });
});

/** The line of each check: all before the first empty one. */
const linesOf = ({ printed }: { readonly printed: string }) => printed.split('\n\n')[0]?.split('\n') ?? [];

describeUnless(await localMissing(), 'a dataset of one’s own', () => {
  const OTHER = { id: 'nine', instruction: 'Print nine.', gold: 'echo 9', wrong: ['echo 7'] };
  const BAD = { id: 'eight', instruction: 'Print eight.', gold: 'echo 8', wrong: ['echo 8 # too'] };

  /** The file of a dataset of this task and another one. */
  async function datasetOf(task: object) {
    const tasks = join(home, 'mine.jsonl');
    await writeFile(tasks, [task, OTHER].map((one) => `${JSON.stringify(one)}\n`).join(''));
    return tasks;
  }

  test('on a running server plays no cheats, kills no sandboxes, and reports wrong tasks', {
    timeout: 5 * MINUTES,
  }, async () => {
    const mine = await datasetOf(BAD);
    await using server = await startLocalServer({ dataset: { mine } });
    const { exitCode, printed } = await check(['bash-v1', '--dataset', 'mine', '--url', server.url], {
      STEPWELL_DATASET: `mine=${mine}`,
    });
    expect(printed).toMatch(
      /^- cheats: skipped: cheats are played only on a server that the command starts/m,
    );
    expect(printed).toMatch(/^- sandbox death: skipped: /m);
    expect(printed).toMatch(/^- replay: skipped: /m);
    expect(linesOf({ printed }).filter((line) => line.startsWith('✗'))).toEqual([
      expect.stringContaining('wrong answers: task eight: wrong answer 1 has reward 1 with success true; '),
    ]);
    expect(exitCode).toBe(1);
  });
});
