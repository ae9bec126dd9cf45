import cluster, { type Worker } from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PLACE_VARIABLE, type WorkerPlace } from './place.ts';

/** What a worker says once it serves. */
export interface WorkerReady<F> {
  readonly ready: F;
}

/** What the first process asks of a worker: close its episodes and end; or leave its place to another process and end. */
export type WorkerOrder = 'stop' | 'retire';

export interface CrewOptions<F> {
  readonly count: number;
  readonly port: number;
  /** Called when all serve for the first time, with what each said. */
  readonly onReady: (facts: readonly F[]) => void;
  /** Called with what an operator wants to know, in words. */
  readonly onEvent: (text: string) => void;
}

/** A worker that ends sooner than this after it began to serve is started again after a pause, in milliseconds. */
const SHORT_LIFE_MS = 10_000;
const LONGEST_PAUSE_MS = 30_000;

/** The worker processes of a server. `node:cluster` hands each connection to one of them in turns. */
export class Crew<F> {
  readonly #options: CrewOptions<F>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'stepwell-workers-'));
  /** The process in each place. */
  readonly #workers: (Worker | undefined)[] = [];
  readonly #pauses: number[] = [];
  readonly #living = new Set<Worker>();
  /** The start that goes on in each place. */
  readonly #starting: (Promise<unknown> | undefined)[] = [];
  #restarting: Promise<void> = Promise.resolve();
  #stopping = false;
  /** That of a worker that could not start at first. */
  #status = 0;
  #end: (status: number) => void = () => {};
  /** Settles with the status of the server when no worker is left. */
  readonly ended: Promise<number>;

  constructor(options: CrewOptions<F>) {
    this.#options = options;
    this.ended = new Promise<number>((resolve) => {
      this.#end = resolve;
    }).finally(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** Start the first worker, which builds the images, then the others. */
  async start(): Promise<void> {
    const { count, onReady } = this.#options;
    const first = await this.#begin(0);
    if (first === undefined) return;
    const others = Array.from({ length: count - 1 }, (_, index) => this.#begin(index + 1));
    const facts = [first, ...(await Promise.all(others))];
    const all = facts.flatMap((one) => (one === undefined ? [] : [one]));
    if (all.length === count && !this.#stopping) onReady(all);
  }

  /** Replace each worker, one after the other: a new process serves before the old one stops to take connections. */
  restart(): Promise<void> {
    this.#restarting = this.#restarting.then(async () => {
      for (let index = 0; index < this.#options.count && !this.#stopping; index += 1) {
        // A worker that died may be starting again there.
        await this.#starting[index];
        const old = this.#workers[index];
        const facts = await this.#begin(index);
        if (facts === undefined || old === undefined || old.isDead()) continue;
        const ended = new Promise((resolve) => old.once('exit', resolve));
        old.send('retire' satisfies WorkerOrder);
        await ended;
      }
      this.#options.onEvent('all workers were restarted');
    });
    return this.#restarting;
  }

  /** Let the workers finish running steps and end. A second call ends them at once. */
  stop(): void {
    for (const worker of this.#living) {
      if (this.#stopping) worker.process.kill('SIGKILL');
      else if (worker.isConnected()) worker.send('stop' satisfies WorkerOrder);
    }
    this.#stopping = true;
    if (this.#living.size === 0) this.#end(this.#status);
  }

  /** @returns what the worker said when it served; `undefined` if it ended before */
  #begin(index: number): Promise<F | undefined> {
    const starting = this.#fork(index);
    this.#starting[index] = starting;
    return starting;
  }

  #fork(index: number): Promise<F | undefined> {
    const { count, port } = this.#options;
    const place: WorkerPlace = { index, count, port, folder: this.#folder };
    const worker = cluster.fork({ [PLACE_VARIABLE]: JSON.stringify(place) });
    this.#living.add(worker);
    let since: number | undefined;
    return new Promise((resolve) => {
      worker.on('message', ({ ready }: WorkerReady<F>) => {
        since = performance.now();
        this.#workers[index] = worker;
        resolve(ready);
      });
      worker.once('exit', (status, signal) => {
        resolve(undefined);
        this.#living.delete(worker);
        this.#exited(worker, index, { since, status, signal });
      });
    });
  }

  #exited(
    worker: Worker,
    index: number,
    end: { since: number | undefined; status: number; signal: string },
  ): void {
    const { since, signal, status } = end;
    if (this.#stopping) {
      if (this.#living.size === 0) this.#end(this.#status);
      return;
    }
    const served = this.#workers[index] === worker;
    if (!served) {
      // A worker that never served at the start: its error is printed, and the others are of no use.
      if (this.#workers[index] !== undefined) return;
      this.#status = status ?? 1;
      this.stop();
      return;
    }
    const lived = since === undefined ? 0 : performance.now() - since;
    const pause = lived > SHORT_LIFE_MS ? 0 : Math.min(LONGEST_PAUSE_MS, 2 * (this.#pauses[index] ?? 50));
    this.#pauses[index] = lived > SHORT_LIFE_MS ? 0 : pause;
    this.#options.onEvent(
      `worker ${index} ended with ${signal ?? status}; it is started again in ${pause} ms`,
    );
    this.#starting[index] = this.#again(worker, index, pause);
  }

  /** Start a worker in the place of one that died. One that cannot start is tried again: the others still serve. */
  async #again(dead: Worker, index: number, pause: number): Promise<void> {
    for (let wait = pause; ; wait = LONGEST_PAUSE_MS) {
      await sleep(wait, undefined, { ref: false });
      if (this.#stopping || this.#workers[index] !== dead || (await this.#fork(index)) !== undefined) return;
    }
  }
}
