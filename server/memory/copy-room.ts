/** Maximum number of copies of sandboxes that the server holds at a time; each has at most 36 MiB. */
const MAX_COPIES = 8;
/** Those of one client. */
const MAX_OWN = 2;

/** Limits the memory that copies of sandboxes take. Without a place, a fork is a replay. */
export class CopyRoom {
  readonly #places: number;
  readonly #own: number;
  /** Places taken by each client that has any. */
  readonly #taken = new Map<object, number>();

  constructor(places = MAX_COPIES, own = MAX_OWN) {
    this.#places = places;
    this.#own = own;
  }

  /** Take a place if the client may have one; returns the function that gives it back. @param client by identity */
  enter(client: object): (() => void) | undefined {
    let all = 0;
    for (const taken of this.#taken.values()) all += taken;
    if (all >= this.#places || this.#of(client) >= this.#own) return undefined;
    this.#change(client, 1);
    let held = true;
    return () => {
      if (held) this.#change(client, -1);
      held = false;
    };
  }

  #of(client: object): number {
    return this.#taken.get(client) ?? 0;
  }

  #change(client: object, places: number): void {
    const taken = this.#of(client) + places;
    if (taken === 0) this.#taken.delete(client);
    else this.#taken.set(client, taken);
  }
}
