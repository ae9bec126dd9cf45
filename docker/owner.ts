import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/**
 * A process, distinguished from every other process with the same id by host, boot, pid namespace and start time. A part
 * that this system does not report is empty.
 */
export interface Owner {
  readonly host: string;
  readonly boot: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks from boot to the process's start. */
  readonly startTime: string;
}

export async function ownerOf(pid: number): Promise<Owner> {
  const [machine, boot, pidNamespace, startTime] = await Promise.all([
    readFile('/etc/machine-id', 'utf8').catch(() => hostname()),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
    startTimeOf(pid).then((time) => time ?? ''),
  ]);
  const host = createHash('sha256').update(machine.trim()).digest('hex').slice(0, 12);
  return { host, boot: boot.trim(), pidNamespace: pidNamespace.replace(/\D/g, ''), pid, startTime };
}

/** An owner as a label's value. */
export function encodeOwner(owner: Owner): string {
  return [owner.host, owner.boot, owner.pidNamespace, owner.pid, owner.startTime].join('/');
}

/** An owner as a part of a name: without the character that no name may have. */
export function ownerInName(owner: Owner): string {
  return encodeOwner(owner).replaceAll('/', '_');
}

/** The owner in a name that ends with `_` and `ownerInName`; `null` if there is none. */
export function ownerNamed(name: string): Owner | null {
  const [, ...parts] = name.split('_');
  return decodeOwner(parts.join('/'));
}

/** @returns `null` for text that is no owner */
export function decodeOwner(text: string): Owner | null {
  const [host, boot, pidNamespace, pid, startTime, ...rest] = text.split('/');
  if (startTime === undefined || rest.length > 0 || !/^\d+$/.test(pid ?? '')) return null;
  return {
    host: host ?? '',
    boot: boot ?? '',
    pidNamespace: pidNamespace ?? '',
    pid: Number(pid),
    startTime,
  };
}

/**
 * Whether an owner is still alive. `unknown` if it is on another host or in another container of this host.
 * @param me any living process of this host, from `ownerOf`
 */
export async function fateOf(owner: Owner, me: Owner): Promise<'alive' | 'dead' | 'unknown'> {
  if (owner.host !== me.host) return 'unknown';
  if (owner.boot !== me.boot) return 'dead';
  if (owner.pidNamespace !== me.pidNamespace) return 'unknown';
  if (owner.startTime !== '') return (await startTimeOf(owner.pid)) === owner.startTime ? 'alive' : 'dead';
  try {
    process.kill(owner.pid, 0);
    return 'alive';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'alive' : 'dead';
  }
}

async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The process name before it may contain spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z';
    return isZombie ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
