import type { SandboxError } from '../errors.ts';
import type { AcquireOptions, QueuePlace } from '../sandbox.ts';
import { FairTurns } from './fair-turns.ts';
import { GrantRate } from './grant-rate.ts';
import { TELL_MS, Waiter } from './waiter.ts';

export interface QueueOptions {
  /** Maximum wait of a request that names none, in milliseconds. */
  readonly queueTimeoutMs: number;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
}

/**
 * Requests that wait for sandboxes of any image, in fair turns: grades and episodes; among episodes, clients; of one client,
 * environments. None overtakes another one of the same client and environment.
 */
export class PoolQueue implements Iterable<Waiter> {
  readonly #options: QueueOptions;
  readonly #waiters = new FairTurns<Waiter>();
  /** Waiting requests by image. */
  readonly #waiting = new Map<string, number>();
  readonly #rates = new Map<string, GrantRate>();
  #size = 0;
  /** Requests that want to know their places. */
  #listening = 0;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Its wait rejects with {@link SandboxError} `capacity` at the deadline or when aborted. */
  join(options: AcquireOptions): Waiter {
    const waiter = new Waiter(options, {
      ...this.#options,
      placeOf: (one) => this.#placeOf(one),
      leave: (leaving, served) => this.#leave(leaving, served),
    });
    this.#enter(waiter);
    return waiter;
  }

  /**
   * The request whose turn it is to get such a container, and that is promised none; it stays in the queue.
   * @param reserve the container is only for grades
   */
  first(image: string, reserve: boolean): Waiter | undefined {
    if (this.waitingFor(image) === 0) return undefined;
    for (const waiter of this.#waiters) {
      const suits = waiter.image === image && (!reserve || waiter.purpose === 'grading');
      if (suits && !waiter.isPromised) return waiter;
    }
    return undefined;
  }

  waitingFor(image: string): number {
    return this.#waiting.get(image) ?? 0;
  }

  /** Reject waiting requests. @param chosen which of them @default all */
  reject(error: () => SandboxError, chosen: (waiter: Waiter) => boolean = () => true): void {
    for (const waiter of [...this.#waiters]) if (chosen(waiter)) waiter.reject(error());
  }

  /** Reject the requests that wait for an image. */
  rejectFor(image: string, error: SandboxError): void {
    this.reject(
      () => error,
      (waiter) => waiter.image === image,
    );
  }

  [Symbol.iterator](): Iterator<Waiter> {
    return this.#waiters[Symbol.iterator]();
  }

  #enter(waiter: Waiter): void {
    const { image } = waiter;
    const waiting = this.waitingFor(image);
    const rate = this.#rates.get(image);
    if (rate === undefined) this.#rates.set(image, new GrantRate(this.#options.now));
    else if (waiting === 0) rate.resume();
    this.#waiters.add(waiter, waiter.path);
    this.#waiting.set(image, waiting + 1);
    this.#size += 1;
    if (!waiter.listens) return;
    this.#listening += 1;
    waiter.tell(this.#placeOf(waiter));
    this.#telling ??= setInterval(() => this.#tell(), TELL_MS).unref();
  }

  #leave(waiter: Waiter, served: boolean): void {
    const { image } = waiter;
    this.#waiters.delete(waiter, waiter.path, served);
    this.#waiting.set(image, this.waitingFor(image) - 1);
    this.#size -= 1;
    if (served) this.#rates.get(image)?.granted();
    if (!waiter.listens) return;
    this.#listening -= 1;
    if (this.#listening > 0) return;
    clearInterval(this.#telling);
    this.#telling = undefined;
  }

  #placeOf(waiter: Waiter): QueuePlace {
    let position = 1;
    for (const other of this.#waiters) {
      if (other === waiter) break;
      if (other.image === waiter.image) position += 1;
    }
    return this.#placeAt(position, waiter.image);
  }

  #placeAt(position: number, image: string): QueuePlace {
    return { position, expectedWaitMs: this.#rates.get(image)?.expectedMs(position) ?? null };
  }

  /** Report all places in one pass. */
  #tell(): void {
    const positions = new Map<string, number>();
    for (const waiter of [...this.#waiters]) {
      const position = (positions.get(waiter.image) ?? 0) + 1;
      positions.set(waiter.image, position);
      if (waiter.listens) waiter.tell(this.#placeAt(position, waiter.image));
    }
  }
}
