import { setTimeout as sleep } from 'node:timers/promises';
import { AbortedError, ConnectionLostError, InterruptedError } from '../call-errors.ts';
import { StepwellError } from '../errors.ts';
import type { Members } from './members.ts';
import type { Node } from './node.ts';
import { leastLeased } from './placement.ts';

export interface Placing {
  /** Sandboxes that the reset needs. */
  readonly count: number;
  /** How long it may wait in all, in milliseconds. */
  readonly queueTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether a server can play it. @default each can */
  readonly fits?: (node: Node) => boolean;
}

export interface Attempt {
  /** Maximum wait for a sandbox of this server, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** Fires when the server is lost, or the caller cancels. */
  readonly signal: AbortSignal;
}

/** Time before all servers are tried again, in milliseconds. */
const PAUSE_MS = 100;

/**
 * Begin where there is room: first on each server that seems to have free sandboxes, without waiting there; then in the queue
 * of the least leased server. A server that is lost, shuts down or has no capacity is left for another one while time is left.
 * @param begin must leave nothing behind when it rejects
 * @throws {NoServerError} no server was up in all the time; else the last error
 */
export async function placedReset<T>(
  members: Members,
  { count, fits = () => true, queueTimeoutMs, signal }: Placing,
  begin: (node: Node, attempt: Attempt) => Promise<T>,
): Promise<T> {
  const until = performance.now() + queueTimeoutMs;
  const left = (): number => Math.max(0, Math.floor(until - performance.now()));
  const tried = new Set<Node>();
  let waits = members.up.length < 2;
  let last: unknown;
  for (;;) {
    const open = members.up.filter((node) => !tried.has(node) && fits(node) && (waits || node.room >= count));
    const node = leastLeased(open, (one) => one, count, Math.random);
    if (node === undefined) {
      if (waits && (left() === 0 || signal?.aborted)) throw last ?? members.none(signal?.reason);
      if (waits && tried.size === 0) await members.change(left(), signal);
      else if (waits) await sleep(Math.min(left(), PAUSE_MS * (0.5 + Math.random())));
      waits = true;
      tried.clear();
      continue;
    }
    tried.add(node);
    node.sent += count;
    try {
      const own = AbortSignal.any(signal === undefined ? [node.down] : [node.down, signal]);
      return await begin(node, { queueTimeoutMs: waits ? left() : 0, signal: own });
    } catch (error) {
      node.sent = Math.max(0, node.sent - count);
      if (signal?.aborted || !mayGoElsewhere(error)) throw error;
      if (error instanceof StepwellError && isLoss(error)) node.suspect(error);
      last = error;
    }
  }
}

function isLoss(error: unknown): boolean {
  return error instanceof ConnectionLostError || error instanceof InterruptedError;
}

/** Whether another server may do what this one refused or did not answer. A passed deadline is the caller's. */
function mayGoElsewhere(error: unknown): boolean {
  if (isLoss(error) || error instanceof AbortedError) return true;
  const { error: name } = error as { readonly error?: unknown };
  return error instanceof StepwellError && error.retryable && typeof name === 'string';
}
