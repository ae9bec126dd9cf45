import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Processes of this machine by their parents. */
export function processTree(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = text(`/proc/${name}/stat`);
    // The name before it may hold spaces and brackets of its own.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (stat === '') continue;
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  return children;
}

/** A process and everything below it. */
export function withDescendants(tree: ReadonlyMap<number, readonly number[]>, root: number): number[] {
  return [root, ...(tree.get(root) ?? []).flatMap((child) => withDescendants(tree, child))];
}

/** Open descriptors of a process; 0 where it is gone. */
export function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

/** Mounts of all mount namespaces that these processes are in. */
export function mountsOf(pids: readonly number[]): number {
  const namespaces = new Map<string, number>();
  for (const pid of pids) {
    try {
      namespaces.set(readlinkSync(`/proc/${pid}/ns/mnt`), pid);
    } catch {
      // Ended in the meantime.
    }
  }
  return [...namespaces.values()].reduce((sum, pid) => sum + lines(text(`/proc/${pid}/mountinfo`)), 0);
}

/** Program and arguments of a process. */
export function commandOf(pid: number): string {
  return text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
}

function lines(content: string): number {
  return content === '' ? 0 : content.trimEnd().split('\n').length;
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
