import { link, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HeldContainers } from '../../../../docker/engines/docker/held-containers.ts';
import { type Owner, ownerOf } from '../../../../docker/owner.ts';

const me = await ownerOf(process.pid);
const dead: Owner = { ...me, startTime: '1' };
const ID = 'a'.repeat(64);
const ABOUT = { folder: '/run/a', image: { name: 'bash', digest: 'sha256:b' }, runner: 'c' };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'held-'));
});
afterEach(() => rm(folder, { recursive: true }));

const heldBy = (owner: Owner) => new HeldContainers({ folder, graceMs: 1_000 }, owner);

it('is left by a server that has ended, until another one takes it', async () => {
  const { key } = await heldBy(dead).hold(ID, ABOUT);
  const mine = heldBy(me);
  const left = await mine.left(ID);
  expect(left).toMatchObject({ ...ABOUT, key });
  if (left === undefined) return;
  expect(await mine.take(ID, left)).toEqual({ key, graceMs: 1_000 });
  expect(await mine.left(ID)).toBeUndefined();
  await mine.prune([]);
  expect(await readdir(folder)).toEqual([`${ID}.json`]);
});

it('is written as a whole: a server that is killed meanwhile leaves the file of before', async () => {
  await heldBy(dead).hold(ID, ABOUT);
  const before = join(folder, 'before');
  await link(join(folder, `${ID}.json`), before);
  const text = await readFile(before, 'utf8');
  const left = await heldBy(me).left(ID);
  expect(left).toBeDefined();
  if (left !== undefined) await heldBy(me).take(ID, left);
  expect(await readFile(before, 'utf8')).toBe(text);
  expect(await readdir(folder)).toEqual([`${ID}.json`, 'before']);
});

it('is forgotten when its server and its container have gone', async () => {
  await heldBy(dead).hold(ID, ABOUT);
  await heldBy(me).prune([ID]);
  expect(await readdir(folder)).toEqual([`${ID}.json`]);
  await heldBy(me).prune([]);
  expect(await readdir(folder)).toEqual([]);
});
