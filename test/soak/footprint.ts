import { once } from 'node:events';
import { connect } from 'node:net';
import { descriptorsOf, mountsOf, processTree, withDescendants } from './processes.ts';
import type { Sandboxes } from './sandboxes.ts';

const MIB = 1_048_576;

/** What a server and its sandboxes take of the machine while nothing is played. */
export interface Footprint {
  readonly containers: number;
  /** Of the server and all sandboxes. */
  readonly processes: number;
  /** In all mount namespaces that these processes are in. */
  readonly mounts: number;
  /** Of the server. */
  readonly descriptors: number;
  /** Of the processes in sandboxes. */
  readonly sandbox_descriptors: number;
  /** JavaScript's of the server after a full garbage collection, with what it holds outside the heap, in MiB. */
  readonly heap_mib: number;
  /** Resident memory of the server, in MiB. */
  readonly rss_mib: number;
}

/** Sandboxes that a pool keeps for grades beside the others. Which images they are of differs from time to time. */
const RESERVE = 2;

/**
 * Most that each may be at the end, by what it was at the start. What a sandbox is made of differs by its image and by what
 * its last episode left warm (an interpreter, a judge, a database's thread). A leak of one for each episode or fault is
 * far above these bounds within minutes.
 */
export const BOUNDS: { readonly [K in keyof Footprint]: (start: number) => number } = {
  containers: (start) => start + RESERVE,
  processes: (start) => Math.ceil(start * 1.25),
  mounts: (start) => Math.ceil(start * 1.25),
  descriptors: (start) => start + 16,
  sandbox_descriptors: (start) => Math.ceil(start * 1.25),
  heap_mib: (start) => start * 1.25 + 16,
  rss_mib: (start) => start * 1.5 + 64,
};

/** Names of what is more than it may be. */
export function grown(start: Footprint, end: Footprint): (keyof Footprint)[] {
  const keys = Object.keys(BOUNDS) as (keyof Footprint)[];
  return keys.filter((key) => end[key] > BOUNDS[key](start[key]));
}

/** @param probe socket of `memory-probe.mjs` in the server */
export async function footprintOf(server: number, sandboxes: Sandboxes, probe: string): Promise<Footprint> {
  const memory = await memoryOf(probe);
  const containers = await sandboxes.list();
  const tree = processTree();
  const inside = containers.flatMap(({ pid }) => withDescendants(tree, pid));
  const pids = [...new Set([...withDescendants(tree, server), ...inside])];
  return {
    containers: containers.length,
    processes: pids.length,
    mounts: mountsOf(pids),
    descriptors: descriptorsOf(server),
    sandbox_descriptors: inside.reduce((sum, pid) => sum + descriptorsOf(pid), 0),
    heap_mib: (memory.heapUsed + memory.external) / MIB,
    rss_mib: memory.rss / MIB,
  };
}

interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly rss: number;
}

async function memoryOf(probe: string): Promise<Memory> {
  const socket = connect(probe);
  let told = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    told += part;
  });
  await once(socket, 'close');
  return JSON.parse(told) as Memory;
}
