import type { ProtocolError } from '../../protocol/errors.ts';
import { OutputClient } from './output-room.ts';

/** Lets the steps of one client start when there is memory for their output. */
export interface StepGate {
  /**
   * Run a step, at once if it may.
   * @param outputBytes its maximum output @default the server's setting
   * @param left aborted when the step is no longer this client's; its reason is thrown if the step still waits
   * @throws {ProtocolError} if the client goes away or the server shuts down before it could start
   */
  pass<T extends object>(
    outputBytes: number | undefined,
    step: () => Promise<T>,
    left?: AbortSignal,
  ): Promise<T>;
}

/** Whether a client reads its answers. */
export interface Reader {
  /** Whether it reads its answers. */
  readonly flows: boolean;
  /** Settles when it does; `undefined` if it does now. */
  ready(): Promise<void> | undefined;
}

export interface ClientGateParts {
  readonly flow: Reader;
  readonly outputs: OutputClient;
  /** Default maximum output of a step, in bytes. */
  readonly outputBytes: number;
}

/** A step waits while its client does not read, and while the output of other steps takes all the memory. */
export class ClientGate implements StepGate {
  readonly #parts: ClientGateParts;
  /** Memory that results hold until their answers are written. */
  readonly #held = new Map<object, number>();

  constructor(parts: ClientGateParts) {
    this.#parts = parts;
  }

  pass<T extends object>(
    outputBytes: number | undefined,
    step: () => Promise<T>,
    left?: AbortSignal,
  ): Promise<T> {
    const cost = OutputClient.cost(outputBytes ?? this.#parts.outputBytes);
    if (cost === 0 && this.#parts.flow.flows) return step();
    return this.#pass(cost, step, left);
  }

  /** Run a step whose result is no answer: its memory is free as soon as it is there. */
  async passUnanswered<T extends object>(
    outputBytes: number | undefined,
    step: () => Promise<T>,
  ): Promise<T> {
    const result = await this.pass(outputBytes, step);
    this.written(result);
    return result;
  }

  /** The same gate, but a step is rejected while `refusal` returns an error. */
  unless(refusal: () => ProtocolError | undefined): StepGate {
    return {
      pass: (outputBytes, step, left) => {
        const unlessRefused = (): ReturnType<typeof step> => {
          const error = refusal();
          return error === undefined ? step() : Promise.reject(error);
        };
        return this.pass(outputBytes, unlessRefused, left);
      },
    };
  }

  /** The answer with this result is written or dropped: free the memory of its step. */
  written(result: unknown): void {
    if (this.#held.size === 0 || typeof result !== 'object' || result === null) return;
    const cost = this.#held.get(result);
    if (cost === undefined) return;
    this.#held.delete(result);
    this.#parts.outputs.give(cost);
  }

  /** No answer is pending: free all memory. */
  settle(): void {
    for (const cost of this.#held.values()) this.#parts.outputs.give(cost);
    this.#held.clear();
  }

  async #pass<T extends object>(cost: number, step: () => Promise<T>, left?: AbortSignal): Promise<T> {
    await this.#enter(cost, left);
    try {
      const result = await step();
      if (cost > 0) this.#held.set(result, cost);
      return result;
    } catch (error) {
      if (cost > 0) this.#parts.outputs.give(cost);
      throw error;
    }
  }

  async #enter(cost: number, left: AbortSignal | undefined): Promise<void> {
    const { flow, outputs } = this.#parts;
    for (;;) {
      await unlessAborted(flow.ready(), left);
      if (cost === 0) return;
      const taken = outputs.take(cost);
      await unlessAborted(taken, left).catch((error: unknown) => {
        // It would still get its memory, later.
        void Promise.resolve(taken).then(() => outputs.give(cost));
        throw error;
      });
      // The client may have stopped reading meanwhile.
      if (flow.flows) return;
      outputs.give(cost);
    }
  }
}

/** Settles with `promise`, or rejects as soon as the signal is aborted. */
async function unlessAborted(promise: Promise<void> | undefined, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  if (promise === undefined || signal === undefined) return promise;
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
  });
  try {
    await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
