import type { ServerState } from '../../../protocol/server-state.ts';

/** How full a server is, as far as its client knows. */
export interface Load {
  /** What `server/state` said last. */
  readonly state: Pick<ServerState, 'episodes' | 'sandboxes'>;
  /** Resets that this client has sent since. */
  readonly sent: number;
}

/** Servers whose shares differ by less are equally good: many clients must not all choose the same one. */
const JITTER = 0.1;

/** Sandboxes that can be had without waiting; negative: so many resets wait. */
export function roomOf({ sent, state }: Load): number {
  const { episodes, sandboxes } = state;
  const taken = (sandboxes.states.leased ?? 0) + sandboxes.queued;
  return Math.min(sandboxes.max - taken, episodes.max - episodes.open) - sent;
}

/**
 * The server with the smallest share of leased sandboxes after `count` more, those that wait included, up to a little chance. One that has room for
 * all of them comes before one that has not.
 * @param random 0 to 1
 */
export function leastLeased<T>(
  servers: readonly T[],
  loadOf: (server: T) => Load,
  count: number,
  random: () => number,
): T | undefined {
  let best: { readonly server: T; readonly score: number } | undefined;
  for (const server of servers) {
    const load = loadOf(server);
    const max = Math.max(1, load.state.sandboxes.max);
    const room = roomOf(load) - count;
    // Shares of free sandboxes are 0 to 1; of waiting resets, there is no bound.
    const score = -room / max + (room < 0 ? 1 : 0) + JITTER * random();
    if (best === undefined || score < best.score) best = { server, score };
  }
  return best?.server;
}
