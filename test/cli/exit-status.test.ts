import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { CommandError, reportOf } from '../../clients/cli/command-error.ts';
import { run } from '../../clients/cli/program.ts';
import { remoteError } from '../../clients/typescript/errors.ts';
import { ERRORS, type ErrorName, ProtocolError } from '../../protocol/errors.ts';
import { FakeTerminal } from './fake-terminal.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  await writeFile(join(folder, 'file'), 'x\n');
  await writeFile(join(folder, 'broken.json'), '{\n');
  await writeFile(join(folder, 'no-event.jsonl'), '{"event": "no such event"}\n');
  await mkdir(join(folder, 'empty'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Run a command; `@name` is a path in the test's folder. */
async function command(line: string, env: Readonly<Record<string, string>> = {}) {
  const path = (text: string) => text.replaceAll(/@([\w./-]+)/g, (_, name) => join(folder, name));
  const given = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, path(value)]));
  const terminal = new FakeTerminal('', { STEPWELL_HOME: join(folder, 'home'), ...given });
  const exitCode = await run(line.split(' ').map(path), terminal);
  return { exitCode, printed: terminal.printed, complained: terminal.complained };
}

describe('a wrong argument or file ends with 2, before anything begins, and one line that says why', () => {
  test.each([
    ['replay @none.jsonl', 'none.jsonl'],
    ['replay @empty', 'empty'],
    ['replay @file', 'line 1'],
    ['replay @no-event.jsonl', 'line 1'],
    ['play --environment @none', 'none'],
    ['play --environment @empty', 'environment.ts'],
    ['play --environment sql-v1 --dialect cobol', 'sqlite'],
    ['tasks list --environment nope-v1', 'nope-v1'],
    ['tasks list --environment bash-v1 --dataset nope', '"nope"'],
    ['tasks list --dataset nope', '"nope"'],
    ['tasks list --offset -1', 'from 0'],
    ['tasks show nope', '"nope"'],
    ['tasks show 9999', '"9999"'],
    ['tasks datasets nope', 'too many arguments'],
    ['tasks check --dataset nope', '"nope"'],
    ['tasks check --environment nope-v1', 'there is no environment "nope-v1": give bash-v1, '],
    ['tasks check --environment bash-v1 --dataset nope', 'bash-v1 has no dataset "nope"'],
    ['cheats nope-v1', 'nope-v1'],
    ['cheats bash-v1 --from @none', 'none'],
    ['cheats bash-v1 --from @file', 'file'],
    ['cheats bash-v1 --from @empty', 'no cheats'],
    ['cheats bash-v1 --cheat nope', '"nope"'],
    ['cheats bash-v1 --dataset nope', '"nope"'],
    ['cheats bash-v1 --task nope', '"nope"'],
    ['check nope-v1', 'nope-v1'],
    ['check @empty', 'environment.ts'],
    ['check bash-v1 --dataset nope', '"nope"'],
    ['check bash-v1 --tasks 0', 'from 1'],
    ['environments old', 'unknown command'],
    ['environments new @file', 'it is a file'],
    ['environments new @file/x', 'it is a file'],
    ['environments new @', 'not empty'],
    ['doctor nope', 'too many arguments'],
    ['import nope @file', 'unknown command'],
    ['import intercode @none', 'no such folder'],
    ['import intercode @empty', 'none of InterCode'],
    ['import humaneval @none', 'none'],
    ['import humaneval @empty', 'empty'],
    ['import humaneval @file', 'line 1'],
    ['images build nope', '"nope"'],
    ['images build --runtime nope', 'Give auto, docker or local'],
    ['images build --definitions @none', 'none'],
    ['images build --definitions @broken.json', 'broken.json'],
    ['images build --definitions @empty', 'empty'],
    ['bench --only nope', 'Give bash, sql, python, images or trainers'],
    ['bench --lanes 0', 'above 0'],
    ['bench --json @none/figures.json', 'figures.json: no such file or folder'],
    ['serve --port http', '--port'],
    ['serve --dataset a=@none', 'none'],
    ['serve --dataset a=@broken.json', 'broken.json, line 2'],
    ['serve --dataset a=@empty', 'empty'],
    ['serve --environment @none', 'none'],
    ['serve --environment @empty', 'environment.ts'],
    ['serve --pool nope=1', 'nope=1'],
    ['serve --image nope=x --runtime docker', '--image nope=x: no built-in image'],
    ['serve --host 203.0.113.7 --token long-enough --port 0', '--host: this machine has no such address'],
    ['serve nope', 'too many arguments'],
  ])('%s', async (line, reason) => {
    const { exitCode, printed, complained } = await command(line.replace(/@$/, '@.'));
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' });
    expect(complained).toContain(reason);
    expect(complained).toMatch(/^stepwell: [^\n]*\n$/);
  });

  test.each([['images'], ['import'], ['environments']])('%s alone, with its help', async (line) => {
    const { exitCode, complained } = await command(line);
    expect({ exitCode, complained }).toEqual({
      exitCode: 2,
      complained: expect.stringContaining(`Usage: stepwell ${line}`),
    });
  });

  test.each([
    [{ STEPWELL_DATASET: 'a' }, '--dataset a'],
    [{ STEPWELL_DATASET: 'a=@none' }, 'none'],
    [{ STEPWELL_ENVIRONMENT: '@none' }, 'none'],
  ])('%j', async (env, reason) => {
    expect(await command('tasks', env)).toMatchObject({
      exitCode: 2,
      complained: expect.stringContaining(reason),
    });
  });

  test('what a server says of an argument', () => {
    const wrong = Object.keys(ERRORS).filter((name) => {
      const error = name as ErrorName;
      const remote = reportOf(remoteError({ code: ERRORS[error].code, message: 'x' }));
      expect(reportOf(new ProtocolError(error, 'x')).exitCode).toBe(remote.exitCode);
      return remote.exitCode === 2;
    });
    expect(wrong.sort()).toEqual([
      'dataset_invalid',
      'dataset_not_found',
      'environment_not_found',
      'invalid_params',
      'task_not_found',
      'unauthorized',
    ]);
  });
});

test.each([
  ['listen', 'EACCES', 2, '--port: '],
  ['listen', 'EADDRINUSE', 1, '--port: '],
  ['getaddrinfo', 'ENOTFOUND', 2, '--host: '],
  ['getaddrinfo', 'EAI_AGAIN', 2, '--host: '],
])('%s %s of a server that begins to listen ends with %d', (syscall, code, exitCode, flag) => {
  const error = Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
  expect(reportOf(error)).toEqual({ exitCode, message: expect.stringContaining(flag) });
});

test('a fault that is not the user’s ends with 1', () => {
  const missing = Object.assign(new Error('spawn tar ENOENT'), {
    code: 'ENOENT',
    syscall: 'spawn tar',
    path: 'tar',
  });
  for (const error of [new Error('x'), missing, new CommandError('x', 1)])
    expect(reportOf(error).exitCode).toBe(1);
});

test('an empty STEPWELL_HOME means the default, not the current folder', async () => {
  vi.stubEnv('HOME', folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  await writeFile(
    join(folder, 'one.jsonl'),
    `${JSON.stringify({ task_id: 'T/0', prompt: 'def f():\n', entry_point: 'f', canonical_solution: '    return 1\n', test: 'def check(f):\n    assert f() == 1\n' })}\n`,
  );
  const env = { STEPWELL_HOME: '' };
  const imported = await command('import humaneval @one.jsonl --no-check', env);
  expect(imported.printed).toContain(join(folder, '.stepwell/datasets/one'));
  expect(await readdir(join(folder, '.stepwell/datasets'))).toEqual(['one']);
  expect((await command('tasks datasets', env)).printed).toMatch(/python-v1 +one /);
  expect((await command('images list --runtime local', env)).exitCode).toBe(0);
  expect(JSON.parse((await command('doctor --json', env)).printed).checks).toContainEqual(
    expect.objectContaining({ name: 'datasets', found: 'one' }),
  );
});
