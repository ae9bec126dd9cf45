import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunFolder, removeDeadRunFolders } from '../../../docker/engines/run-folder.ts';
import { ownerOf } from '../../../docker/owner.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a run folder', () => {
  it('is private, and forgotten when removed', async () => {
    const parent = join(folder, 'parent');
    const run = await RunFolder.create(await ownerOf(process.pid), parent);
    expect((await stat(run.path)).mode & 0o777).toBe(0o700);
    expect((await stat(parent)).mode & 0o777).toBe(0o700);
    await writeFile(join(await run.subfolder('one'), 'file'), '');
    await run.remove();
    expect(await readdir(parent)).toEqual([]);
  });

  it('is not made where others may write', async () => {
    const parent = join(folder, 'open');
    await mkdir(parent);
    await chmod(parent, 0o777);
    await expect(RunFolder.create(await ownerOf(process.pid), parent)).rejects.toThrow(/private/);
  });

  it('is removed when its owner is dead, and only then', async () => {
    const me = await ownerOf(process.pid);
    const mine = await RunFolder.create(me, folder);
    await (await RunFolder.create({ ...me, startTime: '1' }, folder)).subfolder('left');
    await RunFolder.create({ ...me, host: 'elsewhere' }, folder);
    await mkdir(join(folder, 'run-new'));
    await mkdir(join(folder, 'other'));
    expect(await removeDeadRunFolders(me, folder)).toBe(1);
    const left = await readdir(folder);
    expect(left).toContain(mine.path.slice(folder.length + 1));
    expect(left).toHaveLength(4);
    expect(await removeDeadRunFolders(me, folder)).toBe(0);
  });

  it('has nothing to remove where there is no parent', async () => {
    expect(await removeDeadRunFolders(await ownerOf(process.pid), join(folder, 'none'))).toBe(0);
  });
});
