import { expect } from 'vitest';
import { z } from 'zod';
import type { Sandbox } from '../../docker/sandbox.ts';
import type { SecurityBench } from './bench.ts';

const Errors = z.record(z.string(), z.union([z.string(), z.number()]));

/** Docker's default set less MKNOD, AUDIT_WRITE, SETPCAP and SETFCAP, as bits. */
const AGENT_CAPABILITIES = '00000000000424fb';
const NO_CAPABILITIES = '0000000000000000';

const Status = z.record(z.string(), z.string());
const Surroundings = z.object({
  status: z.object({ self: Status, 1: Status }),
  mounts: z.array(
    z.object({ root: z.string(), at: z.string(), options: z.array(z.string()), type: z.string() }),
  ),
  writableBelowProc: z.array(z.string()),
  writes: Errors,
  sys: z.array(z.string()),
  devices: Errors,
  deviceNodes: Errors,
  mountPoints: Errors,
  overlayAttributes: Errors,
  hidden: z.record(z.string(), z.boolean()),
  dockerSocket: z.array(z.string()),
  rootsOfOthers: z.array(z.boolean()),
  controlSockets: Errors,
  rootAfterChroot: z.boolean(),
});

type Surroundings = z.infer<typeof Surroundings>;

/** System calls of namespaces, mounts, modules, keys and tracing are refused. */
export async function refusesCalls({ probe }: SecurityBench, sandbox: Sandbox): Promise<void> {
  const { refused, clone3 } = z
    .object({ refused: Errors, clone3: z.string() })
    .parse(await probe(sandbox, 'syscalls.py'));
  expect(Object.keys(refused).length).toBeGreaterThan(60);
  expect(Object.entries(refused).filter(([, answer]) => answer !== 'EPERM')).toEqual([]);
  // libc then takes `clone`, whose flags the filter sees.
  expect(clone3).toBe('ENOSYS');
  expect(await probe(sandbox, 'foreign_calls.py')).toEqual({ signal: expect.toBeOneOf([31, 11]) });
}

/** By what `surroundings.py` reported: what the agent may do, what it sees, and what of it could be written to. */
export function isSurroundedByNothing(reported: unknown): void {
  const found = Surroundings.parse(reported);
  hasNoRights(found.status);
  hasOnlyItsMounts(found.mounts);

  expect(found.sys).toEqual([]);
  expect(found.writableBelowProc).toEqual([]);
  for (const [path, answer] of Object.entries(found.writes)) {
    expect([path, answer]).toEqual([path, expect.toBeOneOf(['EROFS', 'EPERM', 'EACCES', 'ENOENT', 'EIO'])]);
  }
  expect(found.writes['/proc/sys/kernel/core_pattern']).toBeOneOf(['EROFS', 'EACCES']);
  expect(found.writes['/proc/1/oom_score_adj']).toBe('EROFS');

  expect(found.devices).toEqual({
    mem: 'EPERM',
    console: 'EPERM',
    fuse: 'EPERM',
    disk: 'EPERM',
    whiteout: 'EPERM',
    'in /dev': 'EROFS',
  });
  expect(Object.keys(found.deviceNodes).length).toBeGreaterThan(16);
  expect(new Set(Object.values(found.deviceNodes))).toEqual(new Set(['EROFS']));
  // What starts the next session of this layer mounts there again: a link of the agent's would lead it elsewhere.
  expect(new Set(Object.values(found.mountPoints))).toEqual(new Set(['EBUSY']));
  expect(Object.values(found.overlayAttributes)).not.toContain('done');
  expect(Object.values(found.hidden)).not.toContain(true);
  expect(found.dockerSocket).toEqual([]);
  expect(found.rootsOfOthers).not.toContain(false);
  expect(found.rootAfterChroot).toBe(true);
  for (const answer of Object.values(found.controlSockets)) expect(answer).not.toBe('done');
}

function hasNoRights({ self, 1: first }: Surroundings['status']): void {
  for (const set of ['CapPrm', 'CapEff', 'CapInh', 'CapBnd']) {
    expect([set, self[set]]).toEqual([set, AGENT_CAPABILITIES]);
  }
  // Who is not root anymore keeps these: they may be as many as the others, or none.
  expect(self.CapAmb).toBeOneOf([AGENT_CAPABILITIES, NO_CAPABILITIES]);
  // Whoever traces the first process of the namespace gains nothing: it has no other rights, and the same filter.
  expect(BigInt(`0x${first.CapPrm}`) & ~BigInt(`0x${AGENT_CAPABILITIES}`)).toBe(0n);
  for (const status of [self, first]) expect(status).toMatchObject({ NoNewPrivs: '1', Seccomp: '2' });
}

function hasOnlyItsMounts(mounts: Surroundings['mounts']): void {
  // Single device nodes come from wherever the host keeps them.
  const node = /^\/dev\/(null|zero|full|random|urandom|tty)$/;
  for (const { root, at } of mounts.filter(({ at }) => node.test(at))) expect(at).toBe(`/dev${root}`);
  const covers = mounts.filter(({ root }) => root === '/null').map(({ at }) => at);
  const whole = mounts.filter(({ at }) => !node.test(at) && !covers.includes(at));
  const types = ['devpts', 'overlay', 'proc', 'tmpfs'];
  expect([...new Set(whole.map(({ type }) => type))].sort()).toEqual(types);
  for (const { type, at, options } of mounts) {
    expect(options).toContain('nosuid');
    // What is not the layer's own is everybody's, also the modes and times of device nodes.
    if (type !== 'overlay' && at !== '/dev/shm')
      expect([at, options]).toEqual([at, expect.arrayContaining(['ro'])]);
    if (type === 'overlay') expect(options).toContain('nodev');
  }
  expect(mounts.filter(({ at }) => at.startsWith('/opt') || at.startsWith('/sys'))).toEqual([]);
}

/** No process is known but those of the sandbox, and the first one cannot be killed. */
export async function meetsNoOutsiders({ probe }: SecurityBench, sandbox: Sandbox): Promise<void> {
  const found = z
    .object({
      commands: z.record(z.string(), z.string()),
      killFirst: z.tuple([z.string(), z.boolean()]),
      unknown: z.array(z.string()),
      session: z.array(z.boolean()),
    })
    .parse(await probe(sandbox, 'outsiders.py'));
  for (const command of Object.values(found.commands))
    expect(command).toMatch(/^(\/bin\/bash|(\/usr\/bin\/)?python3)( |$)/);
  expect(Object.values(found.commands).join()).not.toMatch(/runner|stepwell|zygote/);
  expect(found.unknown).toEqual(['ESRCH']);
  expect(found.killFirst[1]).toBe(true);
  expect(found.session).toEqual([true, true]);
}

/** All that can be connected to is its own loopback. */
export async function meetsOnlyLoopback({ probe }: SecurityBench, sandbox: Sandbox): Promise<void> {
  const found = z
    .object({
      interfaces: z.array(z.string()),
      routes: z.array(z.string()),
      loopback: z.string(),
      tcp: Errors,
      udp: Errors,
      packets: Errors,
      changes: Errors,
      route: z.tuple([z.number(), z.string()]),
      listeners: z.array(z.string()),
    })
    .parse(await probe(sandbox, 'network.py'));
  // The interface that every new network namespace has may have companions that lead nowhere (sit0, tunl0).
  expect(found.interfaces).toContain('lo');
  expect(found.interfaces.filter((name) => /^(eth|en|wl|docker|br|veth)/.test(name))).toEqual([]);
  expect(found.routes).toEqual([]);
  expect(found.loopback).toBe('done');
  for (const answers of [found.tcp, found.udp])
    expect(new Set(Object.values(answers))).toEqual(new Set(['ENETUNREACH']));
  expect(new Set(Object.values(found.packets))).toEqual(new Set(['ENODEV']));
  expect(new Set(Object.values(found.changes))).toEqual(new Set(['EPERM']));
  expect(found.route).toEqual([2, 'EPERM']);
  expect(found.listeners).toEqual([]);
}
