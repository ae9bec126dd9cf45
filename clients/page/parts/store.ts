import { useEffect, useReducer } from 'preact/hooks';

/** Something that changes and tells so. */
export class Store {
  readonly #listeners = new Set<() => void>();

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tell all that use it. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Draw the component again whenever the store changes. */
export function useStore<S extends Store>(store: S): S {
  const [, draw] = useReducer<number, void>((count) => count + 1, 0);
  useEffect(() => store.subscribe(() => draw()), [store]);
  return store;
}
