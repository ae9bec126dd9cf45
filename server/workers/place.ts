import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** The variable by which a worker knows its place. */
export const PLACE_VARIABLE = 'STEPWELL_WORKER_PLACE';

/** Which worker of a server this process is. */
export interface WorkerPlace {
  /** From 0. */
  readonly index: number;
  /** Number of workers. */
  readonly count: number;
  /** Folder of the sockets by which workers reach each other; only this user can read it. */
  readonly folder: string;
  /** Port of the server: with `--port 0`, the one that the first process found. */
  readonly port: number;
}

/** The place in an environment; `undefined` in a server of one process. */
export function placeIn(env: Readonly<Record<string, string | undefined>>): WorkerPlace | undefined {
  const text = env[PLACE_VARIABLE];
  return text === undefined ? undefined : (JSON.parse(text) as WorkerPlace);
}

/** The Unix socket of a worker. */
export function socketOf({ folder }: Pick<WorkerPlace, 'folder'>, index: number): string {
  return join(folder, `${index}.sock`);
}

/** The worker that has the sessions of a key, e.g. an environment's or a session's id. */
export function homeOfKey(key: string, count: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) % count;
}

/** A server's name with a worker, as resume tokens begin with it: `node-1~2`. */
export function nameOfWorker(node: string, { index }: Pick<WorkerPlace, 'index'>): string {
  return `${node}~${index}`;
}

/** The worker that a resume token names; `undefined` if it names none, or one that there is not. */
export function workerOfToken(token: string, { count }: Pick<WorkerPlace, 'count'>): number | undefined {
  const index = Number(/~(\d+)\.[^.]*$/.exec(token)?.[1]);
  return Number.isInteger(index) && index < count ? index : undefined;
}
