import type { QueuePlace } from '../../docker/sandbox.ts';

/** Least time between two reports, in milliseconds. */
const TELL_MS = 1_000;

/** The places of the waiting members of a group, reported as one: that of the last member, when the whole group is there. */
export class GroupQueue {
  readonly #tell: (last: QueuePlace, waiting: number) => void;
  readonly #places = new Map<number, QueuePlace>();
  #told: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell called when members begin to wait, then at most once a second when the last position has changed */
  constructor(tell: (last: QueuePlace, waiting: number) => void) {
    this.#tell = tell;
  }

  /** A member waits at this place. */
  waits(member: number, place: QueuePlace): void {
    this.#places.set(member, place);
    // The others of the group begin to wait in the same turn of the event loop.
    this.#timer ??= setTimeout(() => this.#report(), this.#told === undefined ? 0 : TELL_MS);
  }

  /** A member waits no more. */
  left(member: number): void {
    this.#places.delete(member);
  }

  /** No report follows. */
  end(): void {
    clearTimeout(this.#timer);
    this.#places.clear();
  }

  #report(): void {
    this.#timer = undefined;
    let last: QueuePlace | undefined;
    for (const place of this.#places.values()) {
      if (last === undefined || place.position > last.position) last = place;
    }
    if (last === undefined || last.position === this.#told) return;
    this.#told = last.position;
    this.#tell(last, this.#places.size);
  }
}
