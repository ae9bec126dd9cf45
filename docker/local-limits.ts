import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Limits } from './engine.ts';

const groupParent = 'stepwell';
const cpuPeriodUs = 100_000;
const removeAttempts = 20;

/** How limits are kept on this host. */
export interface LimitKeeper {
  readonly reason: string;
  /** Make the limits of one container. `name` is unique on the host. */
  create(name: string, limits: Limits): Promise<ProcessLimits>;
  /** Kill what runs under the limits of these names, and remove them. Returns how many there were. */
  reap(isOrphan: (name: string) => Promise<boolean>): Promise<number>;
}

/** The limits of one container. */
export interface ProcessLimits {
  /** Files to which a process writes its id to come under the limits. */
  readonly joinFiles: readonly string[];
  /** Shell commands for limits of single processes, run inside the container. */
  readonly shellLimits: readonly string[];
  /** Remove them once their processes have ended. Never throws. */
  remove(): Promise<void>;
}

/** Control groups where this user may make them, else limits of single processes. */
export async function findLimitKeeper(cgroupRoot = '/sys/fs/cgroup'): Promise<LimitKeeper> {
  const unified = await readFile(join(cgroupRoot, 'cgroup.controllers'), 'utf8').catch(() => null);
  if (unified !== null && (await mayMake(cgroupRoot))) {
    const parent = join(cgroupRoot, groupParent);
    const controllers = ['memory', 'pids', 'cpu'].filter((name) => unified.split(/\s+/).includes(name));
    try {
      await mkdir(parent, { recursive: true });
      const enable = controllers.map((name) => `+${name}`).join(' ');
      await writeFile(join(cgroupRoot, 'cgroup.subtree_control'), enable);
      await writeFile(join(parent, 'cgroup.subtree_control'), enable);
      return cgroups([{ parent, kinds: controllers }], unifiedFiles, `cgroup v2 (${controllers.join(', ')})`);
    } catch {
      return rlimits('control groups may not be changed here');
    }
  }
  const hierarchies = [];
  for (const kind of ['memory', 'pids', 'cpu']) {
    const folder = join(cgroupRoot, kind);
    if (await mayMake(folder)) hierarchies.push({ parent: join(folder, groupParent), kinds: [kind] });
  }
  if (hierarchies.length === 0) return rlimits('this user may make no control groups');
  const names = hierarchies.map(({ kinds }) => kinds).join(', ');
  return cgroups(hierarchies, legacyFiles, `cgroup v1 (${names})`);
}

async function mayMake(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
}

type LimitFiles = (kind: string, limits: Limits) => readonly (readonly [file: string, value: string])[];

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
  hierarchies: readonly { readonly parent: string; readonly kinds: readonly string[] }[],
  filesOf: LimitFiles,
  reason: string,
): LimitKeeper {
  return {
    reason: `limits by ${reason}`,
    async create(name, limits) {
      const groups = hierarchies.map(({ parent }) => join(parent, name));
      const remove = async () => {
        await Promise.all(groups.map((group) => removeGroup(group)));
      };
      try {
        for (const { parent, kinds } of hierarchies) {
          await mkdir(join(parent, name), { recursive: true });
          for (const [file, value] of kinds.flatMap((kind) => filesOf(kind, limits))) {
            const written = writeFile(join(parent, name, file), value);
            await (optionalFiles.has(file) ? written.catch(() => {}) : written);
          }
        }
      } catch (error) {
        await remove();
        throw error;
      }
      return { joinFiles: groups.map((group) => join(group, 'cgroup.procs')), shellLimits: [], remove };
    },
    async reap(isOrphan) {
      const found = await Promise.all(hierarchies.map(({ parent }) => readdir(parent).catch(() => [])));
      let removed = 0;
      for (const name of new Set(found.flat())) {
        if (!(await isOrphan(name))) continue;
        await Promise.all(hierarchies.map(({ parent }) => removeGroup(join(parent, name))));
        removed += 1;
      }
      return removed;
    },
  };
}

/** A group goes only after its last process: those still there are killed. */
async function removeGroup(group: string): Promise<void> {
  for (let attempt = 1; attempt <= removeAttempts; attempt += 1) {
    const members = await readFile(join(group, 'cgroup.procs'), 'utf8').catch(() => '');
    for (const pid of members.split('\n').filter(Boolean).map(Number)) {
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
      const shellLimits = [`ulimit -v ${Math.ceil(memoryBytes / 1024)}`, `ulimit -u ${pids}`];
      return { joinFiles: [], shellLimits, remove: async () => {} };
    },
    reap: async () => 0,
  };
}
