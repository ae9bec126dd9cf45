/** Work that several callers ask for at the same time, done once for all of them. */
export class SharedWork<T> {
  readonly #running = new Map<string, Promise<T>>();

  /** @param key names the work: the same key at the same time is the same work */
  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
