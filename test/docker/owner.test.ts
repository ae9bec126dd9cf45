import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { decodeOwner, encodeOwner, fateOf, ownerOf } from '../../docker/owner.ts';

describe('an owner', () => {
  it('survives being a label', async () => {
    const owner = await ownerOf(process.pid);
    expect(decodeOwner(encodeOwner(owner))).toEqual(owner);
  });

  it.each(['', 'a/b/c', 'a/b/c/x/5', 'a/b/c/1/5/6', '//'])('is not read from %j', (text) => {
    expect(decodeOwner(text)).toBeNull();
  });

  it('is alive while its process is', async () => {
    const me = await ownerOf(process.pid);
    expect(await fateOf(me, me)).toBe('alive');
  });

  it('is dead when its process has ended', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const owner = await ownerOf(child.pid ?? 0);
    const me = await ownerOf(process.pid);
    expect(await fateOf(owner, me)).toBe('alive');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await fateOf(owner, me)).toBe('dead');
  });

  it('is not mistaken for a later process with its number', async () => {
    const me = await ownerOf(process.pid);
    expect(await fateOf({ ...me, startTime: '1' }, me)).toBe('dead');
  });

  it('is dead after a reboot, even if its number is in use', async () => {
    const me = await ownerOf(process.pid);
    expect(await fateOf({ ...me, boot: 'another' }, me)).toBe('dead');
  });

  it('cannot be judged from another host or another pid namespace', async () => {
    const me = await ownerOf(process.pid);
    expect(await fateOf({ ...me, host: 'elsewhere', boot: 'another' }, me)).toBe('unknown');
    expect(await fateOf({ ...me, pidNamespace: '1', pid: 2 ** 30 }, me)).toBe('unknown');
  });
});
