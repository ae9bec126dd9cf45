/** Runs requests one after the other, also after one that failed. The first starts at once. */
export class RequestQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Whether a request is running or waiting. */
  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Settles when every request made so far is done; never rejects. */
  settled(): Promise<unknown> {
    return this.#tail;
  }

  run<T>(request: () => Promise<T>): Promise<T> {
    const done = this.#waiting === 0 ? request() : this.#tail.then(request);
    this.#waiting += 1;
    this.#tail = done.then(this.#settle, this.#settle);
    return done;
  }

  readonly #settle = (): void => {
    this.#waiting -= 1;
  };
}
