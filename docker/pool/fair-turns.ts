/**
 * Waiting items in a fair order. Each has a path, e.g. client and environment. At every level of the paths, the branches take
 * turns; items with the same path keep their order. A new branch begins behind the others, so each waiting branch gets its
 * turn after at most one of every other.
 */
export class FairTurns<T> implements Iterable<T> {
  readonly #items = new Set<T>();
  /** The first one is next. */
  readonly #branches = new Map<unknown, FairTurns<T>>();

  get empty(): boolean {
    return this.#items.size === 0 && this.#branches.size === 0;
  }

  add(item: T, path: readonly unknown[]): void {
    if (path.length === 0) {
      this.#items.add(item);
      return;
    }
    const [key, ...rest] = path;
    const branch = this.#branches.get(key) ?? new FairTurns<T>();
    this.#branches.set(key, branch);
    branch.add(item, rest);
  }

  /** @param served it had its turn: other branches come before the rest of its own */
  delete(item: T, path: readonly unknown[], served: boolean): void {
    if (path.length === 0) {
      this.#items.delete(item);
      return;
    }
    const [key, ...rest] = path;
    const branch = this.#branches.get(key);
    if (branch === undefined) return;
    branch.delete(item, rest, served);
    if (served || branch.empty) this.#branches.delete(key);
    if (served && !branch.empty) this.#branches.set(key, branch);
  }

  /** The items in the order in which they would be served. Do not change it meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    yield* this.#items;
    let turn = [...this.#branches.values()].map((branch) => branch[Symbol.iterator]());
    while (turn.length > 0) {
      const left: Generator<T>[] = [];
      for (const branch of turn) {
        const { done, value } = branch.next();
        if (done) continue;
        left.push(branch);
        yield value;
      }
      turn = left;
    }
  }
}
