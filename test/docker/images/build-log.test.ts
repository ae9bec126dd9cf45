import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { withBuildLog } from '../../../docker/images/build-log.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'stepwell-build-log-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Build an image that prints two lines, and then ends so. */
function build(end: () => string, signal?: AbortSignal) {
  const lines: string[] = [];
  const options = {
    logs: join(home, 'logs'),
    image: 'mine',
    onLine: (line: string) => lines.push(line),
    signal,
  };
  const result = withBuildLog(options, async (tell) => {
    tell('one');
    tell('two\n');
    return end();
  });
  return { lines, result };
}

const fail = (): never => {
  throw new SandboxError('image_missing', 'There is no parent.');
};

test('the log of a failed build is kept and named in the error, until it is built', async () => {
  const path = join(home, 'logs/mine.log');
  await expect(build(fail).result).rejects.toMatchObject({
    code: 'image_missing',
    message: `There is no parent. (log: ${path})`,
  });
  expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nThere is no parent.\n');
  const { lines, result } = build(() => 'built');
  expect(await result).toBe('built');
  expect(lines).toEqual(['one', 'two\n']);
  expect(readdirSync(join(home, 'logs'))).toEqual([]);
});

test('a build goes on where no log can be written', async () => {
  writeFileSync(join(home, 'logs'), 'a file where the folder would be');
  expect(await build(() => 'built').result).toBe('built');
  await expect(build(fail).result).rejects.toMatchObject({ message: 'There is no parent.' });
});

test('a build that was given up keeps no log, and its reason as it is', async () => {
  const reason = new Error('interrupted');
  const { result } = build(() => {
    throw reason;
  }, AbortSignal.abort(reason));
  await expect(result).rejects.toBe(reason);
  expect(readdirSync(join(home, 'logs'))).toEqual([]);
});
