import {
  AggregatorRegistry,
  type MetricObjectWithValues,
  type MetricValue,
  type Registry,
} from 'prom-client';
import type { ServerState, ServerStatus } from '../../protocol/server-state.ts';
import type { ServerFacts } from '../registry/server-facts.ts';
import type { Peers } from './peers.ts';

/** Paths at which workers answer each other. No route of clients is below. */
export const STATE_PATH = '/worker/state';
export const METRICS_PATH = '/worker/metrics';

type MetricsOfWorker = MetricObjectWithValues<MetricValue<string>>[];

/** What a server of several workers tells as one. */
export class OneServer {
  readonly #facts: ServerFacts;
  readonly #metrics: Registry;
  readonly #peers: Peers;

  constructor(facts: ServerFacts, metrics: Registry, peers: Peers) {
    this.#facts = facts;
    this.#metrics = metrics;
    this.#peers = peers;
  }

  /** What this worker alone tells another one; `undefined` for another path. */
  answer(path: string): Promise<unknown> | undefined {
    if (path === STATE_PATH) return Promise.resolve(this.#facts.state);
    return path === METRICS_PATH ? this.#metrics.getMetricsAsJSON() : undefined;
  }

  async state(): Promise<ServerState> {
    return (await this.#peers.ask<ServerState>(STATE_PATH)).reduce(added, this.#facts.state);
  }

  /** As text. */
  async metrics(): Promise<string> {
    const own = (await this.#metrics.getMetricsAsJSON()) as unknown as MetricsOfWorker;
    const others = await this.#peers.ask<MetricsOfWorker>(METRICS_PATH);
    return AggregatorRegistry.aggregate([own, ...others]).metrics();
  }
}

/** The best of two: while one worker takes resets, the server does. */
function better(one: ServerStatus, other: ServerStatus): ServerStatus {
  const order: readonly ServerStatus[] = ['ready', 'warming', 'draining'];
  return order.indexOf(one) <= order.indexOf(other) ? one : other;
}

function added(one: ServerState, other: ServerState): ServerState {
  const states = { ...one.sandboxes.states };
  for (const [state, count] of Object.entries(other.sandboxes.states))
    states[state] = (states[state] ?? 0) + count;
  return {
    ...one,
    status: better(one.status, other.status),
    episodes: { open: one.episodes.open + other.episodes.open, max: one.episodes.max + other.episodes.max },
    sandboxes: {
      states,
      max: one.sandboxes.max + other.sandboxes.max,
      queued: one.sandboxes.queued + other.sandboxes.queued,
    },
  };
}
