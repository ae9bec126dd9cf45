import type Docker from 'dockerode';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Orphans } from '../../../../docker/engines/docker/orphans.ts';
import { controlPath, labels } from '../../../../docker/labels.ts';
import { encodeOwner, type Owner, ownerInName, ownerOf } from '../../../../docker/owner.ts';

const me = await ownerOf(process.pid);
const dead: Owner = { ...me, startTime: '1' };
const MINE = { instance: 'mine', names: new Set(['stepwell-mine-1']) };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Made {
  readonly name?: string;
  readonly owner?: Owner;
  readonly graceMs?: number;
  readonly state?: string;
}

function info(Id: string, { name = `stepwell-other-${Id}`, owner = dead, graceMs, state = 'running' }: Made) {
  const grace = graceMs === undefined ? {} : { [labels.grace]: String(graceMs) };
  return {
    Id,
    Names: [`/${name}`],
    State: state,
    Labels: { [labels.owner]: encodeOwner(owner), [labels.instance]: 'other', ...grace },
    Mounts: [{ Source: `/run/${Id}`, Destination: controlPath }],
  };
}

function found(containers: ReturnType<typeof info>[], orphans?: Orphans) {
  const docker = { listContainers: async () => containers } as unknown as Docker;
  return (orphans ?? new Orphans(docker, me)).find(MINE);
}

it('a running container of a dead server is spared for its grace time, and its control folder', async () => {
  const containers = [info('a', { graceMs: 1_000 })];
  const orphans = new Orphans({ listContainers: async () => containers } as unknown as Docker, me);
  expect(await orphans.find(MINE)).toEqual({
    orphans: [],
    others: ['a'],
    folders: ['/run/a'],
    waiting: true,
  });
  vi.advanceTimersByTime(5_900);
  expect(await orphans.find(MINE)).toMatchObject({ orphans: [], waiting: true });
  vi.advanceTimersByTime(200);
  expect(await orphans.find(MINE)).toEqual({ orphans: ['a'], others: [], folders: [], waiting: false });
});

it('one that has ended, or is stopped, or waits for nobody, is not spared', async () => {
  const containers = [
    info('a', { graceMs: 1_000, state: 'exited' }),
    info('b', { graceMs: 1_000, state: 'paused' }),
    info('c', {}),
  ];
  expect(await found(containers)).toMatchObject({ orphans: ['a', 'b', 'c'], waiting: false });
});

it('one that a living server has taken back is that server’s', async () => {
  const taken = (owner: Owner) => `stepwell-other-1_${ownerInName(owner)}`;
  const containers = [
    info('a', { graceMs: 1_000, name: taken(me) }),
    info('b', { name: taken({ ...dead, startTime: '2' }) }),
    info('c', { name: 'stepwell-mine-1' }),
  ];
  expect(await found(containers)).toMatchObject({ orphans: ['b'], others: ['a', 'c'], waiting: false });
});

it('one that was taken back has its whole grace time again when that server dies, too', async () => {
  let listed = info('a', { graceMs: 1_000 });
  const orphans = new Orphans({ listContainers: async () => [listed] } as unknown as Docker, me);
  expect(await orphans.find(MINE)).toMatchObject({ others: ['a'], waiting: true });
  listed = info('a', { graceMs: 1_000, name: `stepwell-other-1_${ownerInName(me)}` });
  expect(await orphans.find(MINE)).toMatchObject({ others: ['a'], waiting: false });
  vi.advanceTimersByTime(60_000);
  listed = info('a', {
    graceMs: 1_000,
    name: `stepwell-other-1_${ownerInName({ ...dead, startTime: '2' })}`,
  });
  expect(await orphans.find(MINE)).toMatchObject({ orphans: [], others: ['a'], waiting: true });
});
