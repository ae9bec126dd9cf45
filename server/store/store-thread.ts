import { Worker } from 'node:worker_threads';
import { ProtocolError } from '../../protocol/errors.ts';
import type { StoreAnswer, StoreMethod, StoreMethods, StoreRequest } from './requests.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** What the thread runs. A thread cannot load TypeScript by itself. */
const MAIN = import.meta.url.endsWith('.ts') ? './source-thread.mjs' : './thread-main.js';

/**
 * The trajectory store in a thread of its own, so that no step waits for it. The thread starts with the first question. If it
 * ends, what it was asked fails, and the next question starts another one.
 */
export class StoreThread {
  readonly #folder: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #next = 0;

  /** @param folder of the trajectories */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws {ProtocolError} those of the store; `internal_error` for every other error */
  async ask<M extends StoreMethod>(
    method: M,
    params: StoreMethods[M]['params'],
  ): Promise<StoreMethods[M]['result']> {
    this.#next += 1;
    const request: StoreRequest = { id: this.#next, method, params };
    const worker = this.#running();
    return new Promise<StoreMethods[M]['result']>((resolve, reject) => {
      this.#pending.set(request.id, {
        resolve: (value) => resolve(value as StoreMethods[M]['result']),
        reject,
      });
      // It keeps the process alive only while it is asked.
      worker.ref();
      worker.postMessage(request);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL(MAIN, import.meta.url), { workerData: this.#folder });
    worker.on('message', (answer: StoreAnswer) => this.#answered(worker, answer));
    worker.on('error', (error) => this.#ended(worker, error.message));
    worker.on('exit', () => this.#ended(worker, 'its thread has ended'));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #answered(worker: Worker, answer: StoreAnswer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if (this.#pending.size === 0) worker.unref();
    if ('value' in answer) pending?.resolve(answer.value);
    else if ('error' in answer) pending?.reject(new ProtocolError(answer.error, answer.message));
    else pending?.reject(unreadable(answer.fault));
  }

  #ended(worker: Worker, why: string): void {
    if (this.#worker !== worker && this.#worker !== undefined) return;
    this.#worker = undefined;
    for (const { reject } of this.#pending.values()) reject(unreadable(why));
    this.#pending.clear();
  }
}

function unreadable(why: string): ProtocolError {
  return new ProtocolError('internal_error', `The trajectories could not be looked through: ${why}`);
}
