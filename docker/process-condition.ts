import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Condition of a process that does not answer: `frozen` if it gets no processor time (stopped, traced, in a frozen group),
 * `running` if only its own work or a busy machine delays it.
 */
export type Condition = 'frozen' | 'running' | 'unknown';

/** Where control groups may be mounted, for groups of version 2. */
const UNIFIED = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
const LEGACY_FREEZER = '/sys/fs/cgroup/freezer';

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** The condition of a process of this host, by its process id. */
export async function conditionOf(pid: number): Promise<Condition> {
  const stat = await read(`/proc/${pid}/stat`);
  // The process name before it may contain spaces and brackets.
  const state = stat.slice(stat.lastIndexOf(')') + 2).at(0);
  if (state === undefined || state === 'Z' || state === 'X') return 'unknown';
  if (state === 'T' || state === 't') return 'frozen';
  return (await inFrozenGroup(pid)) ? 'frozen' : 'running';
}

async function inFrozenGroup(pid: number): Promise<boolean> {
  const groups = (await read(`/proc/${pid}/cgroup`)).trim().split('\n');
  for (const line of groups) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === 'freezer') {
      const frozen = (await read(join(LEGACY_FREEZER, path, 'freezer.state'))).trim();
      if (frozen === 'FROZEN' || frozen === 'FREEZING') return true;
    }
    if (controllers !== '') continue;
    for (const root of UNIFIED) {
      if (/^frozen 1$/m.test(await read(join(root, path, 'cgroup.events')))) return true;
    }
  }
  return false;
}

/** The process whose last argument is `argument`, among `pid` and the only children of only children below it. */
export async function findProcess(pid: number, argument: string): Promise<number | undefined> {
  for (let at: number | undefined = pid; at !== undefined; at = await onlyChild(at)) {
    // The room of longer arguments before may be left empty at the end.
    const words = (await read(`/proc/${at}/cmdline`)).replace(/\0+$/, '').split('\0');
    if (words.at(-1) === argument) return at;
  }
  return undefined;
}

async function onlyChild(pid: number): Promise<number | undefined> {
  const children = (await read(`/proc/${pid}/task/${pid}/children`)).trim().split(' ');
  const [child = ''] = children;
  return children.length === 1 && child !== '' ? Number(child) : undefined;
}
