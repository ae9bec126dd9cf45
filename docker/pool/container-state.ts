/** Where a pooled container stands in its life. */
export type ContainerState =
  /** The engine starts it, or its runner makes the first layer. */
  | 'starting'
  /** Pristine and free. */
  | 'ready'
  /** Held by an episode or a grading. */
  | 'leased'
  /** Its runner makes a new layer. */
  | 'resetting'
  /** Ended or being removed; there is no way back. */
  | 'gone';

const MOVES: Readonly<Record<ContainerState, readonly ContainerState[]>> = {
  starting: ['ready', 'gone'],
  ready: ['leased', 'resetting', 'gone'],
  leased: ['resetting', 'ready', 'gone'],
  resetting: ['ready', 'gone'],
  gone: [],
};

/** A move that the life of a container does not have: a fault of the pool, never of a container. */
export class IllegalMove extends Error {
  override readonly name = 'IllegalMove';
  readonly from: ContainerState;
  readonly to: ContainerState;

  constructor(from: ContainerState, to: ContainerState) {
    super(`A container cannot go from "${from}" to "${to}".`);
    this.from = from;
    this.to = to;
  }
}

/**
 * The life of one container: starting → ready → leased → resetting → ready …, and from anywhere to gone. A lease that
 * leaves nothing behind leads back to ready at once; what a grade left is made anew for an episode.
 */
export class ContainerLife {
  #state: ContainerState = 'starting';

  get state(): ContainerState {
    return this.#state;
  }

  /** @throws {IllegalMove} */
  moveTo(next: ContainerState): void {
    if (!MOVES[this.#state].includes(next)) throw new IllegalMove(this.#state, next);
    this.#state = next;
  }
}
