/** State of a pooled container. */
export type ContainerState =
  /** The engine starts it, or its runner makes the first layer. */
  | 'starting'
  /** Pristine and free. */
  | 'ready'
  /** Held by an episode or a grading. */
  | 'leased'
  /** Its runner makes a new layer. */
  | 'resetting'
  /** Ended or being removed; final. */
  | 'gone';

const MOVES: Readonly<Record<ContainerState, readonly ContainerState[]>> = {
  starting: ['ready', 'gone'],
  ready: ['leased', 'resetting', 'gone'],
  leased: ['resetting', 'ready', 'gone'],
  resetting: ['ready', 'gone'],
  gone: [],
};

/** An illegal change of state: a bug of the pool, never a fault of a container. */
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
 * The life of one container: starting → ready → leased → resetting → ready …, and from anywhere to gone. After a
 * lease that left it pristine or graded, a container is ready at once; a graded one is reset before an episode gets it.
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
