import type { TrajectoriesReadResult, TrajectorySummary } from '../../../protocol/operator.ts';
import type { TrajectoryEvent } from '../../../protocol/trajectory.ts';
import type { Live } from '../connection/live.ts';
import { RpcError } from '../connection/rpc.ts';
import type { Server } from '../connection/server.ts';
import { Store } from '../parts/store.ts';
import { type Entry, entriesOf } from './timeline.ts';

/** Events that are read at a time, and that are shown before somebody asks for more. */
const PAGE = 100;
const FIRST = 500;
/** Time between two looks at an open episode of which no update comes, in milliseconds. */
const LOOK_MS = 2_000;

/** Reads one trajectory, and goes on reading while its episode is played. */
export class EpisodeReader extends Store {
  summary: TrajectorySummary | undefined;
  reset: TrajectoriesReadResult['reset'] | undefined;
  events: readonly TrajectoryEvent[] = [];
  entries: readonly Entry[] = [];
  problem: RpcError | undefined;
  /** Whether there is more than was asked for. */
  hasMore = false;
  readonly #server: Server;
  readonly #live: Live;
  readonly #key: { readonly path: string } | { readonly episode_id: string };
  #most = FIRST;
  #busy = false;
  #again = false;
  #steps = -1;
  #timer: ReturnType<typeof setInterval> | undefined;
  #ends: (() => void)[] = [];

  /** @param key path of the trajectory, or an episode id */
  constructor(server: Server, live: Live, key: string) {
    super();
    this.#server = server;
    this.#live = live;
    this.#key = key.endsWith('.jsonl') ? { path: key } : { episode_id: key };
  }

  /** Whether the episode is still played. */
  get isOpen(): boolean {
    return this.summary !== undefined && this.summary.end === null;
  }

  /** @returns what ends it */
  start(): () => void {
    this.#ends = [
      this.#server.subscribe(() => this.#server.status === 'open' && void this.#read()),
      this.#live.subscribe(() => this.#follow()),
    ];
    this.#timer = setInterval(() => this.isOpen && void this.#read(), LOOK_MS);
    void this.#read();
    return () => {
      clearInterval(this.#timer);
      for (const end of this.#ends) end();
    };
  }

  more(): void {
    this.#most += FIRST;
    void this.#read();
  }

  /** Read what is new. */
  look(): void {
    void this.#read();
  }

  /** The same, and wait for it. */
  load(): Promise<void> {
    return this.#read();
  }

  /** Read on when the server says that the episode has gone on. */
  #follow(): void {
    const id = this.summary?.episode_id;
    if (id === undefined || !this.isOpen) return;
    const steps = this.#live.episodes.get(id)?.step_count ?? -2;
    if (steps === this.#steps) return;
    this.#steps = steps;
    void this.#read();
  }

  async #read(): Promise<void> {
    if (this.#server.status !== 'open') return;
    if (this.#busy) {
      this.#again = true;
      return;
    }
    this.#busy = true;
    try {
      do {
        this.#again = false;
        await this.#readOn();
      } while (this.#again);
      this.problem = undefined;
    } catch (error) {
      if (error instanceof RpcError && error.error === 'disconnected') return;
      this.problem = error instanceof RpcError ? error : new RpcError('internal_error', String(error), '');
    } finally {
      this.#busy = false;
      this.changed();
    }
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const from = this.events.length;
      const page = await this.#server.call('trajectories/read', { ...this.#key, from, limit: PAGE });
      this.summary = page.trajectory;
      this.reset = page.reset;
      if (page.events.length > 0) {
        this.events = [...this.events, ...page.events];
        this.entries = entriesOf(this.events);
      }
      this.hasMore = page.next !== null;
      this.changed();
      if (page.next === null || this.events.length >= this.#most) return;
    }
  }
}
