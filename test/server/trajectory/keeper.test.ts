import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createConfig } from '../../../server/config/config.ts';
import { keepRule } from '../../../server/config/keep-rule.ts';
import { TrajectoryKeeper } from '../../../server/trajectory/keeper.ts';
import { trajectoriesIn } from '../../trajectories.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const DAY = 86_400_000;

let folder = '';
let errors: unknown[] = [];
let removed = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stepwell-keep-'));
  [errors, removed] = [[], 0];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Files of 1 MiB, each with its age in days. */
function make(files: Readonly<Record<string, number>>): void {
  for (const [name, days] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.alloc(2 ** 20));
    const changed = new Date(NOW - days * DAY);
    utimesSync(path, changed, changed);
  }
}

const left = () =>
  trajectoriesIn(folder)
    .map((path) => relative(folder, path))
    .sort();

function keeper(keep: string, open: readonly string[] = []) {
  return new TrajectoryKeeper({
    folder,
    rule: keepRule(keep),
    isOpen: (path) => open.includes(relative(folder, path)),
    onRemoved: (files) => {
      removed += files;
    },
    onError: (error) => errors.push(error),
  });
}

const FILES = {
  'flat.jsonl': 40,
  '2026-11-01/a.jsonl': 21,
  '2026-11-20/b.jsonl': 2,
  '2026-11-20/c.jsonl': 1.5,
  '2026-11-22/d.jsonl': 0,
};

test('files older than the limit are removed, with the day folders that are then empty', async () => {
  make(FILES);
  await keeper('20d').sweep(NOW);
  expect(left()).toEqual(['2026-11-20/b.jsonl', '2026-11-20/c.jsonl', '2026-11-22/d.jsonl']);
  expect(existsSync(join(folder, '2026-11-01'))).toBe(false);
  expect({ removed, errors }).toEqual({ removed: 2, errors: [] });
});

test('the oldest files are removed until the rest fits the size', async () => {
  make(FILES);
  await keeper('3MiB').sweep(NOW);
  expect(left()).toEqual(['2026-11-20/b.jsonl', '2026-11-20/c.jsonl', '2026-11-22/d.jsonl']);
  await keeper('1d,2GiB').sweep(NOW);
  expect(left()).toEqual(['2026-11-22/d.jsonl']);
});

test('open files, other files and other folders are kept', async () => {
  make({ ...FILES, '2026-11-01/notes.txt': 99, 'datasets/mine.jsonl': 99 });
  mkdirSync(join(folder, 'empty'));
  await keeper('1d', ['2026-11-01/a.jsonl']).sweep(NOW);
  expect(left()).toEqual(['2026-11-01/a.jsonl', '2026-11-22/d.jsonl', 'datasets/mine.jsonl']);
  expect(existsSync(join(folder, 'empty'))).toBe(true);
  expect(existsSync(join(folder, '2026-11-01/notes.txt'))).toBe(true);
});

test('a missing folder is reported as an error; by default all files are kept', async () => {
  make(FILES);
  const everything = keeper('all');
  everything.start();
  await everything.stop();
  await everything.sweep(NOW);
  expect(left()).toHaveLength(5);
  rmSync(folder, { recursive: true });
  await keeper('1d').sweep(NOW);
  expect(errors).toHaveLength(1);
});

test.each(['30', 'd', '3 d', '5GB', '20GiB,30d', 'none', ''])('the setting %j is refused by name', (keep) => {
  expect(() => createConfig({ trajectory_keep: keep })).toThrow(/trajectory.keep/);
});

test.each(['all', '30d', '500MiB', '30d,20GiB'])('the setting %j is accepted', (keep) => {
  expect(createConfig({ trajectory_keep: keep }).trajectory_keep).toBe(keep);
});
