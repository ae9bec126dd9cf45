import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hostOfDocker } from '../../docker/engines/docker/provider.ts';
import { hostFree, hostWatch, UNKNOWN_HOST } from '../../docker/host.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const MIB = 2 ** 20;

const MACHINE = {
  'proc/meminfo': 'MemTotal:  4096000 kB\nMemFree: 1 kB\nMemAvailable:  2048000 kB\n',
  'proc/loadavg': '0.5 0.4 0.3 2/800 12345',
  'proc/sys/kernel/pid_max': '32768',
  'proc/sys/kernel/threads-max': '20000',
};

const root = temporaryFolder();

function files(texts: Readonly<Record<string, string>>): string {
  const folder = root();
  for (const [path, text] of Object.entries({ ...MACHINE, ...texts })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  return folder;
}

describe('what a machine has left', () => {
  it('is what the kernel says', () => {
    expect(hostFree({ root: files({}), groups: true })).toEqual({
      memoryBytes: 2_048_000 * 1024,
      totalBytes: 4_096_000 * 1024,
      pids: 19_200,
    });
  });

  it('is what the tightest version 2 group leaves, without dropped caches', () => {
    const folder = files({
      'proc/self/cgroup': '0::/pod/server',
      'sys/fs/cgroup/pod/memory.max': String(512 * MIB),
      'sys/fs/cgroup/pod/memory.current': String(300 * MIB),
      'sys/fs/cgroup/pod/memory.stat': `anon 1\ninactive_file ${50 * MIB}`,
      'sys/fs/cgroup/pod/pids.max': 'max',
      'sys/fs/cgroup/pod/server/memory.max': 'max',
      'sys/fs/cgroup/pod/server/pids.max': '100',
      'sys/fs/cgroup/pod/server/pids.current': '40',
    });
    expect(hostFree({ root: folder, groups: true })).toEqual({
      memoryBytes: 262 * MIB,
      totalBytes: 512 * MIB,
      pids: 60,
    });
    expect(hostFree({ root: folder, groups: false })).toMatchObject({ pids: 19_200 });
  });

  it('is what version 1 groups leave', () => {
    const folder = files({
      'proc/self/cgroup': '9:memory:/box\n5:cpu,cpuacct:/box\n3:pids:/box',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '1000',
      'sys/fs/cgroup/memory/box/memory.limit_in_bytes': String(400 * MIB),
      'sys/fs/cgroup/memory/box/memory.usage_in_bytes': String(390 * MIB),
      'sys/fs/cgroup/memory/box/memory.stat': `cache 7\ntotal_inactive_file ${10 * MIB}`,
      'sys/fs/cgroup/pids/box/pids.max': '64',
      'sys/fs/cgroup/pids/box/pids.current': '60',
    });
    expect(hostFree({ root: folder, groups: true })).toEqual({
      memoryBytes: 20 * MIB,
      totalBytes: 400 * MIB,
      pids: 4,
    });
  });

  it('is without limit where nothing can be read', () => {
    expect(hostFree({ root: '/nonexistent', groups: true })).toEqual(UNKNOWN_HOST);
    expect(hostOfDocker('tcp://example.org:2375')()).toBe(UNKNOWN_HOST);
  });

  it('is looked at once in a while', () => {
    let now = 0;
    const folder = files({});
    const watch = hostWatch({ root: folder, groups: false }, 250, () => now);
    const first = watch();
    writeFileSync(join(folder, 'proc/loadavg'), '0 0 0 2/900 1');
    now = 249;
    expect(watch()).toBe(first);
    now = 250;
    expect(watch()).toMatchObject({ pids: 19_100 });
  });
});
