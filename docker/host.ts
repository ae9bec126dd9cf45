import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What a machine has left. Infinite where nothing is known. */
export interface HostFree {
  /** Memory that can be used without swapping, in bytes. */
  readonly memoryBytes: number;
  /** All memory: of the machine, or of the tightest control group, in bytes. */
  readonly totalBytes: number;
  /** Processes and threads that can be started. */
  readonly pids: number;
}

export interface HostOptions {
  /** Root of the files read, for tests. @default '/' */
  readonly root?: string;
  /** Whether the control groups of this process apply too: only to an engine whose sandboxes are its children. */
  readonly groups: boolean;
}

const UNKNOWN = Number.POSITIVE_INFINITY;

/** Of a machine that cannot be looked at. */
export const UNKNOWN_HOST: HostFree = { memoryBytes: UNKNOWN, totalBytes: UNKNOWN, pids: UNKNOWN };

/** The limit of a version 1 group that has none is about this many bytes, or more. */
const NO_LIMIT = 2 ** 60;

/** What this machine has left at the moment, as `/proc` and the control groups of this process (version 1 or 2) say. */
export function hostFree({ root = '/', groups }: HostOptions): HostFree {
  const machine = ofMachine(root);
  return groups ? ofGroups(root).reduce(tighter, machine) : machine;
}

/** The same as a function that looks at most once in a while: a look reads a dozen files. @param everyMs in milliseconds */
export function hostWatch(
  options: HostOptions,
  everyMs = 250,
  now: () => number = () => performance.now(),
): () => HostFree {
  let last: { readonly free: HostFree; readonly at: number } | undefined;
  return () => {
    if (last === undefined || now() - last.at >= everyMs) last = { free: hostFree(options), at: now() };
    return last.free;
  };
}

function tighter(one: HostFree, other: HostFree): HostFree {
  return {
    memoryBytes: Math.min(one.memoryBytes, other.memoryBytes),
    totalBytes: Math.min(one.totalBytes, other.totalBytes),
    pids: Math.min(one.pids, other.pids),
  };
}

function read(...path: string[]): string | undefined {
  try {
    return readFileSync(join(...path), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** The number in a file; infinite for `max`, a missing file, or a version 1 group without a limit. */
function limitIn(...path: string[]): number {
  const text = read(...path);
  const limit = text === undefined || text === 'max' ? UNKNOWN : Number(text);
  return limit < NO_LIMIT ? limit : UNKNOWN;
}

/** The number after a name in a file of lines `name number`. */
function lineIn(text: string | undefined, name: string): number | undefined {
  const number = new RegExp(`^${name}:?\\s+(\\d+)`, 'm').exec(text ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

function ofMachine(root: string): HostFree {
  const memory = read(root, 'proc/meminfo');
  const [available, total] = [lineIn(memory, 'MemAvailable'), lineIn(memory, 'MemTotal')];
  const threads = /\/(\d+)/.exec(read(root, 'proc/loadavg') ?? '')?.[1];
  const most = Math.min(
    limitIn(root, 'proc/sys/kernel/pid_max'),
    limitIn(root, 'proc/sys/kernel/threads-max'),
  );
  return {
    memoryBytes: available === undefined ? UNKNOWN : available * 1024,
    totalBytes: total === undefined ? UNKNOWN : total * 1024,
    pids: most - Number(threads ?? 0),
  };
}

/** Files of a controller's version. */
interface Names {
  readonly most: string;
  readonly used: string;
  /** In `memory.stat`: cached file contents that can be dropped. */
  readonly cache: string;
}

const V1: Names = {
  most: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  cache: 'total_inactive_file',
};
const V2: Names = { most: 'memory.max', used: 'memory.current', cache: 'inactive_file' };

/** Each group of this process, and each of their parents: limits hold for all within. */
function ofGroups(root: string): HostFree[] {
  const found: HostFree[] = [];
  const mount = join(root, 'sys/fs/cgroup');
  for (const line of (read(root, 'proc/self/cgroup') ?? '').split('\n')) {
    const [hierarchy, controllers = '', path = '/'] = line.split(':');
    if (hierarchy === undefined || hierarchy === '') continue;
    const unified = hierarchy === '0';
    const base = unified ? mount : join(mount, controllers);
    const has = (controller: string) => unified || controllers.split(',').includes(controller);
    for (const folder of upwards(path)) {
      const at = join(base, folder);
      found.push({
        ...(has('memory') ? memoryOf(at, unified ? V2 : V1) : { memoryBytes: UNKNOWN, totalBytes: UNKNOWN }),
        pids: has('pids') ? limitIn(at, 'pids.max') - Number(read(at, 'pids.current') ?? 0) : UNKNOWN,
      });
    }
  }
  return found;
}

function memoryOf(folder: string, { cache, most, used }: Names): Omit<HostFree, 'pids'> {
  const totalBytes = limitIn(folder, most);
  const dropped = lineIn(read(folder, 'memory.stat'), cache) ?? 0;
  return { totalBytes, memoryBytes: totalBytes - Number(read(folder, used) ?? 0) + dropped };
}

/** A path and all above it. A process in a container may see a path that is not mounted; the top always is. */
function upwards(path: string): string[] {
  const above: string[] = [path];
  for (let at = path; at !== '/' && at !== '.'; at = dirname(at)) above.push(dirname(at));
  return above;
}
