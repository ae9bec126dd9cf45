import { ProtocolError } from '../../protocol/errors.ts';
import type { ServerSample, UpdateNote } from '../../protocol/watch.ts';
import { LiveView, type Watched } from './live-view.ts';
import { type Counts, Sampler } from './sampler.ts';

/** Time between two updates of a watcher that asks for none, in milliseconds. */
export const DEFAULT_INTERVAL_MS = 250;
/** Maximum number of watchers. */
const MAX_WATCHERS = 64;
/** Time between two samples, in milliseconds. */
const SAMPLE_MS = 1_000;
/** Time between two looks at who is due, in milliseconds. */
const TICK_MS = 50;

/** A connection that is sent updates. */
export interface Watcher {
  /** Whether it has read what it was sent. */
  readonly ready: boolean;
  send(update: UpdateNote): void;
}

interface Seat {
  readonly watcher: Watcher;
  readonly intervalMs: number;
  readonly view: LiveView;
  dueAt: number;
  /** The last sample that it was sent. */
  sampled: ServerSample | undefined;
}

export interface WatchingParts {
  /** The open episodes. */
  readonly episodes: () => ReadonlySet<Watched>;
  readonly counts: Counts;
  /** A sample could not be made. */
  readonly onError: (error: unknown) => void;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
}

/**
 * Sends updates about the server to those who watch it. It looks at the episodes when an update is due: steps do nothing for it,
 * and without watchers nothing runs.
 */
export class Watching {
  readonly #parts: WatchingParts;
  readonly #seats = new Map<Watcher, Seat>();
  readonly #sampler: Sampler;
  #sample: ServerSample | undefined;
  #sampleAt = 0;
  #sampling = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: WatchingParts) {
    this.#parts = parts;
    this.#sampler = new Sampler(parts.counts, parts.now);
  }

  /** Number of watchers. */
  get count(): number {
    return this.#seats.size;
  }

  /** Begin to send updates; for one that watches already, begin anew. @throws {ProtocolError} `capacity` */
  add(watcher: Watcher, intervalMs: number): void {
    if (!this.#seats.has(watcher) && this.#seats.size >= MAX_WATCHERS) {
      const message = `${MAX_WATCHERS} connections watch this server, its maximum.`;
      throw new ProtocolError('capacity', message, { max_watchers: MAX_WATCHERS }, null);
    }
    const dueAt = this.#parts.now();
    this.#seats.set(watcher, { watcher, intervalMs, view: new LiveView(), dueAt, sampled: undefined });
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#timer.unref();
  }

  /** @returns whether it watched */
  remove(watcher: Watcher): boolean {
    const watched = this.#seats.delete(watcher);
    if (this.#seats.size === 0) this.stop();
    return watched;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#seats.clear();
    this.#sampler.forget();
    this.#sample = undefined;
    this.#sampleAt = 0;
  }

  #tick(): void {
    const now = this.#parts.now();
    if (now >= this.#sampleAt && !this.#sampling) void this.#takeSample(now);
    for (const seat of this.#seats.values()) {
      // One that does not read is due until it does, and then gets all changes in one update.
      if (now < seat.dueAt || !seat.watcher.ready) continue;
      seat.dueAt = now + seat.intervalMs;
      this.#send(seat);
    }
  }

  #send(seat: Seat): void {
    const changes = seat.view.update(this.#parts.episodes());
    const isNew = this.#sample !== undefined && this.#sample !== seat.sampled;
    if (changes === null && !isNew) return;
    seat.sampled = this.#sample;
    const update = changes ?? { opened: [], changed: [], ended: [] };
    seat.watcher.send(isNew ? { ...update, sample: this.#sample } : update);
  }

  async #takeSample(now: number): Promise<void> {
    this.#sampling = true;
    this.#sampleAt = now + SAMPLE_MS;
    try {
      const sample = await this.#sampler.sample();
      if (this.#timer !== undefined) this.#sample = sample;
    } catch (error) {
      this.#parts.onError(error);
    } finally {
      this.#sampling = false;
    }
  }
}
