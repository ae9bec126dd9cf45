import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TrajectoryIndex } from '../../../server/resume/trajectory-index.ts';

const HOUR = 3_600_000;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepwell-index-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const dayOf = (hoursAgo: number): string => new Date(Date.now() - hoursAgo * HOUR).toISOString().slice(0, 10);

function write(name: string, { day = dayOf(0), server = 'other', ageMs = 0, end = '\n' } = {}): string {
  const path = join(folder, day, `${name}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ resume_token_sha256: name, server }) + end);
  const time = new Date(Date.now() - ageMs);
  utimesSync(path, time, time);
  return path;
}

const index = (isOpen = (_: string): boolean => false) =>
  new TrajectoryIndex({ folder, since: Date.now(), maxAgeMs: HOUR, own: 'me', isOpen });

/** Waits until the next search is due. */
const found = (of: TrajectoryIndex, token: string) =>
  expect.poll(() => of.find(token), { timeout: 10_000, interval: 200 });

test('files of other servers are found by their token, also those that come later', async () => {
  const one = write('one');
  const all = index();
  expect(await all.find('one')).toBe(one);
  const two = write('two', { day: dayOf(24) });
  await found(all, 'two').toBe(two);
  expect(await all.find('one')).toBe(one);
});

test('files of this server, old ones and those of days out of reach are not', async () => {
  write('own', { server: 'me' });
  write('old', { ageMs: 2 * HOUR });
  write('far', { day: dayOf(72) });
  const open = write('open');
  const all = index((path) => path === open);
  for (const token of ['own', 'old', 'far', 'open']) expect(await all.find(token)).toBeUndefined();
});

test('a file that was looked at once is not looked at again', async () => {
  const old = write('old', { ageMs: 2 * HOUR });
  const own = write('own', { server: 'me' });
  const broken = write('broken');
  writeFileSync(broken, 'no trajectory\n');
  const all = index();
  expect(await all.find('old')).toBeUndefined();
  for (const path of [old, own, broken]) {
    writeFileSync(path, `${JSON.stringify({ resume_token_sha256: 'changed', server: 'other' })}\n`);
  }
  write('new');
  await found(all, 'new').toBeDefined();
  expect(await all.find('changed')).toBeUndefined();
});

test('a file whose first line is not complete yet is looked at again', async () => {
  const path = write('one', { end: '' });
  const all = index();
  expect(await all.find('one')).toBeUndefined();
  write('one');
  await found(all, 'one').toBe(path);
});
