import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localLacks } from '../../../docker/engines/local/provider.ts';
import { compileRunner, readRunnerFiles } from '../../../docker/images/runner-files.ts';
import { describeUnless } from '../../requirements.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-runner-'));
  await writeFile(join(folder, 'one.py'), 'one = 1\n');
});

afterEach(() => rm(folder, { recursive: true }));

const [missing = null] = await localLacks();

describeUnless(missing, "a runner's folder", () => {
  test('is compiled once, and images do not get the compiled files', async () => {
    const compiling = compileRunner(folder);
    expect(compileRunner(folder)).toBe(compiling);
    await compiling;
    expect(await readdir(join(folder, '__pycache__'))).toEqual([
      expect.stringMatching(/^one\.cpython-\d+\.pyc$/),
    ]);
    expect((await readRunnerFiles(folder)).map(({ path }) => path)).toEqual(['one.py']);
  });

  test('is compiled by the Python of the system, whichever the user has', async () => {
    const other = join(folder, 'bin');
    await mkdir(other);
    await writeFile(join(other, 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    vi.stubEnv('PATH', `${other}:${process.env.PATH}`);
    await compileRunner(folder);
    vi.unstubAllEnvs();
    expect(await readdir(join(folder, '__pycache__'))).toEqual([expect.stringContaining('one.')]);
  });

  test('that is missing, or has a syntax error, does not make compiling fail', async () => {
    await writeFile(join(folder, 'two.py'), 'def\n');
    await compileRunner(folder);
    expect(await readdir(join(folder, '__pycache__'))).toEqual([expect.stringContaining('one.')]);
    await compileRunner(join(folder, 'gone'));
  });
});
