import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../clients/cli/program.ts';
import { localMissing } from '../engines.ts';
import { itUnless } from '../requirements.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FakeTerminal } from './fake-terminal.ts';

const folder = temporaryFolder();

async function stepwell(...argv: string[]) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: join(folder(), 'home') });
  const exitCode = await run(argv, terminal);
  return { exitCode, printed: terminal.printed, complained: terminal.complained };
}

itUnless(
  await localMissing(),
  'a new task without an image passes its check at once, is played, and is shown with its answers',
  async () => {
    const path = join(folder(), 'squares');
    expect((await stepwell('tasks', 'new', path, '--no-image')).printed).toContain(
      'Try it: npx stepwell tasks check',
    );
    expect(await readFile(join(path, 'task.toml'), 'utf8')).toContain('name = "me/squares"');
    const checked = await stepwell('tasks', 'check', path, '--runtime', 'local');
    expect(checked.printed).toContain('checked squares for terminal-v1: 1 of 1 tasks pass');
    expect(checked.exitCode).toBe(0);
    const terminal = new FakeTerminal(
      'seq 20 | while read n; do echo $((n * n)); done > squares.txt\nsubmit\n',
      {
        STEPWELL_HOME: join(folder(), 'home'),
      },
    );
    expect(await run(['play', '--dataset', path, '--runtime', 'local'], terminal)).toBe(0);
    expect(terminal.printed).toMatch(/Write the square numbers.*reward +1\.00/s);
    const plain = await stepwell('tasks', 'show', 'squares', '--dataset', path);
    expect(plain.printed).toContain('Write the square numbers');
    expect(plain.printed).not.toContain('solution');
    const gold = await stepwell('tasks', 'show', '0', '--dataset', path, '--gold');
    expect(gold.printed).toMatch(/solution:\n.*seq 20.*wrong answer 1:\n.*seq 19.*cheat 1:\n/s);
    const json = await stepwell('tasks', 'show', '0', '--dataset', path, '--gold', '--json');
    expect(JSON.parse(json.printed)).toMatchObject({
      id: 'squares',
      wrong: [expect.stringContaining('seq 19')],
    });
  },
  120_000,
);

test('a new task has an image of its own, with a Dockerfile', async () => {
  const path = join(folder(), 'mine');
  expect((await stepwell('tasks', 'new', path)).exitCode).toBe(0);
  expect(await readFile(join(path, 'environment/Dockerfile'), 'utf8')).toMatch(/^FROM debian:/);
});

test('a new task is written only into a new folder whose name can be an id', async () => {
  await mkdir(join(folder(), 'full'));
  await writeFile(join(folder(), 'full/file'), '');
  for (const [name, reason] of [
    ['full', 'the folder is not empty'],
    ['full/file', 'it is a file'],
    ['two words', 'use letters, digits'],
  ] as const) {
    expect(await stepwell('tasks', 'new', join(folder(), name))).toMatchObject({
      exitCode: 2,
      complained: expect.stringContaining(reason),
    });
  }
});

test('no server tells a solution', async () => {
  const argv = ['tasks', 'show', '0', '--gold', '--url', 'ws://127.0.0.1:1'];
  expect(await stepwell(...argv)).toMatchObject({
    exitCode: 2,
    complained: expect.stringContaining('--gold'),
  });
});

test('a gold of another environment is shown, and a task without one says so', async () => {
  const shown = await stepwell('tasks', 'show', '0', '--environment', 'sql-v1', '--gold');
  expect(shown.printed).toMatch(/solution:\nSELECT/i);
  await stepwell('tasks', 'new', join(folder(), 'd/one'), '--no-image');
  await rm(join(folder(), 'd/one/solution'), { recursive: true });
  const none = await stepwell('tasks', 'show', 'one', '--dataset', join(folder(), 'd'), '--gold');
  expect(none.printed).toContain('It has no solution.');
});
