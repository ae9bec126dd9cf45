import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { withProgress } from '../../clients/cli/progress.ts';
import type { OnProgress } from '../../environments/import/intercode.ts';

async function work(onProgress: OnProgress): Promise<number> {
  onProgress('reading a', 0);
  onProgress('reading a', 0.5);
  onProgress('writing a', 0.6);
  return 7;
}

test('a log gets a line for each part of the work', async () => {
  const stream = new PassThrough();
  expect(await withProgress('import', stream, work)).toBe(7);
  stream.end();
  expect(await text(stream)).toBe('import: reading a\nimport: writing a\n');
});

test('a terminal shows a bar on one line and removes it at the end', async () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 45 });
  expect(await withProgress('import', stream, work)).toBe(7);
  stream.end();
  expect((await text(stream)).split('\r\u001b[K')).toEqual([
    '',
    'import [--------------------] 0 % reading a',
    'import [##########----------] 50 % reading a',
    'import [############--------] 60 % writing a',
    '',
  ]);
});

test('work that fails leaves no bar', async () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true });
  const fails = async (onProgress: OnProgress) => {
    onProgress('reading a', 0);
    throw new Error('no such file');
  };
  await expect(withProgress('import', stream, fails)).rejects.toThrow('no such file');
  stream.end();
  expect((await text(stream)).endsWith('\r\u001b[K')).toBe(true);
});
