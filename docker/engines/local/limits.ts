import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Limits, runnersShare } from '../../engine.ts';

/** Each server has a group of its own; its name tells the reaper the owner. */
const groupPrefix = 'stepwell-';
const cpuPeriodUs = 100_000;
const removeAttempts = 20;

/** Enforces the limits of one server's containers on this host. */
export interface LimitKeeper {
  readonly reason: string;
  /** Create the limits of one container. @param name unique in this server */
  create(name: string, limits: Limits): Promise<ProcessLimits>;
  /** Kill what runs under the limits of dead servers, and remove the limits. Returns the number of such servers. */
  reap(isOrphan: (server: string) => Promise<boolean>): Promise<number>;
  /** Remove the limits that are left. Never throws. */
  close(): Promise<void>;
}

/** The limits of one container. */
export interface ProcessLimits {
  /** Files to which a process writes its id to join the limits. */
  readonly joinFiles: readonly string[];
  /** Control groups of the container, by the paths where its runner sees them. */
  readonly groups: Readonly<Record<string, string>>;
  /** Limit on the address space of each process, in bytes, if no memory control group can be made; 0 is no limit. */
  readonly addressSpace: number;
  /** Limit on the processes of this user, if no process control group can be made; 0 is no limit. */
  readonly processes: number;
  /** Remove them once their processes have ended. Never throws. */
  remove(): Promise<void>;
}

/** A folder of the cgroup file system in which groups can be made, and the controllers that they have. */
interface Hierarchy {
  readonly folder: string;
  readonly kinds: readonly string[];
}

/**
 * Use control groups if this user may make them, else limits of single processes.
 * @param server name of this server, as the reapers of other servers see it
 */
export async function findLimitKeeper(server: string, cgroupRoot = '/sys/fs/cgroup'): Promise<LimitKeeper> {
  const unified = await readFile(join(cgroupRoot, 'cgroup.controllers'), 'utf8').catch(() => null);
  if (unified !== null && (await mayMake(cgroupRoot))) {
    const kinds = ['memory', 'pids', 'cpu'].filter((name) => unified.split(/\s+/).includes(name));
    const parent = join(cgroupRoot, groupPrefix + server);
    try {
      await mkdir(parent, { recursive: true });
      const enable = kinds.map((name) => `+${name}`).join(' ');
      await writeFile(join(cgroupRoot, 'cgroup.subtree_control'), enable);
      await writeFile(join(parent, 'cgroup.subtree_control'), enable);
      return cgroups(server, [{ folder: cgroupRoot, kinds }], unifiedFiles, 'v2');
    } catch {
      await removeGroup(parent);
      return rlimits('no permission to change control groups');
    }
  }
  const hierarchies: Hierarchy[] = [];
  for (const kind of ['memory', 'pids', 'cpu']) {
    const folder = join(cgroupRoot, kind);
    if (await mayMake(folder)) hierarchies.push({ folder, kinds: [kind] });
  }
  if (hierarchies.length === 0) return rlimits('this user cannot create control groups');
  return cgroups(server, hierarchies, legacyFiles, 'v1');
}

async function mayMake(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

type LimitFiles = (kind: string, limits: Limits) => readonly (readonly [file: string, value: string])[];

/** The container's group, which its runner shares with the agent. */
function withRunner({ memoryBytes, pids, ...others }: Limits): Limits {
  return { ...others, memoryBytes: memoryBytes + runnersShare.memoryBytes, pids: pids + runnersShare.pids };
}

const unifiedFiles: LimitFiles = (kind, { memoryBytes, pids, cpus }) => {
  if (kind === 'pids') return [['pids.max', String(pids)]];
  if (kind === 'cpu') return [['cpu.max', `${Math.round(cpus * cpuPeriodUs)} ${cpuPeriodUs}`]];
  return [
    ['memory.max', String(memoryBytes)],
    ['memory.swap.max', '0'],
  ];
};

const legacyFiles: LimitFiles = (kind, { memoryBytes, pids, cpus }) => {
  if (kind === 'pids') return [['pids.max', String(pids)]];
  if (kind === 'cpu') {
    return [
      ['cpu.cfs_period_us', String(cpuPeriodUs)],
      ['cpu.cfs_quota_us', String(Math.round(cpus * cpuPeriodUs))],
    ];
  }
  return [
    ['memory.limit_in_bytes', String(memoryBytes)],
    ['memory.memsw.limit_in_bytes', String(memoryBytes)],
  ];
};

/** Kernels without swap accounting have no such files. */
const optionalFiles = new Set(['memory.swap.max', 'memory.memsw.limit_in_bytes']);

function cgroups(
  server: string,
  hierarchies: readonly Hierarchy[],
  filesOf: LimitFiles,
  version: string,
): LimitKeeper {
  const parentIn = ({ folder }: Hierarchy): string => join(folder, groupPrefix + server);
  const kinds = hierarchies.flatMap((hierarchy) => hierarchy.kinds).join(', ');
  return {
    reason: `limits by cgroup ${version} (${kinds})`,
    async create(name, limits) {
      const groups = hierarchies.map((hierarchy) => join(parentIn(hierarchy), name));
      const remove = async () => {
        await Promise.all(groups.map((group) => removeGroup(group)));
      };
      try {
        for (const hierarchy of hierarchies) {
          const group = join(parentIn(hierarchy), name);
          await mkdir(group, { recursive: true });
          for (const [file, value] of hierarchy.kinds.flatMap((kind) => filesOf(kind, withRunner(limits)))) {
            const written = writeFile(join(group, file), value);
            await (optionalFiles.has(file) ? written.catch(() => {}) : written);
          }
        }
      } catch (error) {
        await remove();
        throw error;
      }
      return {
        joinFiles: groups.map((group) => join(group, 'cgroup.procs')),
        groups: Object.fromEntries(
          hierarchies.map((hierarchy, at) => [shownAt(hierarchy), groups[at] ?? '']),
        ),
        addressSpace: 0,
        processes: 0,
        remove,
      };
    },
    async reap(isOrphan) {
      const found = await Promise.all(hierarchies.map(({ folder }) => readdir(folder).catch(() => [])));
      let removed = 0;
      for (const name of new Set(found.flat())) {
        const other = name.slice(groupPrefix.length);
        if (!name.startsWith(groupPrefix) || other === server || !(await isOrphan(other))) continue;
        await Promise.all(hierarchies.map(({ folder }) => removeGroup(join(folder, name))));
        removed += 1;
      }
      return removed;
    },
    async close() {
      await Promise.all(hierarchies.map((hierarchy) => removeGroup(parentIn(hierarchy))));
    },
  };
}

/** Where a runner finds a group of this hierarchy; the same path as in a container of an engine. */
function shownAt({ kinds }: Hierarchy): string {
  const [kind, ...others] = kinds;
  return kind === undefined || others.length > 0 ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${kind}`;
}

/** A group can be removed only without processes and groups in it: kill the processes, and remove the groups below. */
async function removeGroup(group: string): Promise<void> {
  const entries = await readdir(group, { withFileTypes: true }).catch(() => []);
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(group, name));
  await Promise.all(below.map((one) => removeGroup(one)));
  for (let attempt = 1; attempt <= removeAttempts; attempt += 1) {
    const members = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const pid of members.split('\n').map(Number)) {
      // A process of another pid namespace is listed as 0, which as a target of kill means this server's own process group.
      if (!(pid > 0)) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended in the meantime.
      }
    }
    const gone = await rmdir(group).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
    );
    if (gone) return;
    await delay(10 * attempt);
  }
}

function rlimits(why: string): LimitKeeper {
  return {
    reason: `no cgroup: ${why}; limits of memory for each process and of the number of processes`,
    async create(_name, { memoryBytes, pids }) {
      const remove = async () => {};
      return { joinFiles: [], groups: {}, addressSpace: memoryBytes, processes: pids, remove };
    },
    reap: async () => 0,
    close: async () => {},
  };
}
