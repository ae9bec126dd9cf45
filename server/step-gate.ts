import type { ProtocolError } from '../protocol/errors.ts';
import { OutputClient } from './output-room.ts';

/** Lets the steps of one client begin when there is room for what may come of them. */
export interface StepGate {
  /**
   * Run a step, at once where nothing stands against it.
   * @param outputBytes most output of it @default the server's setting
   * @throws {ProtocolError} where the client goes, or the server shuts down, before it could begin
   */
  pass<T extends object>(outputBytes: number | undefined, step: () => Promise<T>): Promise<T>;
}

/** Whether a client reads its answers. */
export interface Reader {
  /** Whether it has room for more. */
  readonly flows: boolean;
  /** Settles when it has; `undefined` where it has now. */
  ready(): Promise<void> | undefined;
}

export interface ClientGateParts {
  readonly flow: Reader;
  readonly outputs: OutputClient;
  /** Most output of a step that names none, in bytes. */
  readonly outputBytes: number;
}

/** A step waits while its client does not read, and while outputs of other steps take all the memory. */
export class ClientGate implements StepGate {
  readonly #parts: ClientGateParts;
  /** What results hold until their answers are written. */
  readonly #held = new Map<object, number>();

  constructor(parts: ClientGateParts) {
    this.#parts = parts;
  }

  pass<T extends object>(outputBytes: number | undefined, step: () => Promise<T>): Promise<T> {
    const cost = OutputClient.cost(outputBytes ?? this.#parts.outputBytes);
    if (cost === 0 && this.#parts.flow.flows) return step();
    return this.#pass(cost, step);
  }

  /** The same gate, which lets no step begin while there is an error to answer it with. */
  unless(refusal: () => ProtocolError | undefined): StepGate {
    return {
      pass: (outputBytes, step) =>
        this.pass(outputBytes, () => {
          const error = refusal();
          return error === undefined ? step() : Promise.reject(error);
        }),
    };
  }

  /** The answer with this result is written, or will not be: what its step held is free. */
  written(result: unknown): void {
    if (this.#held.size === 0 || typeof result !== 'object' || result === null) return;
    const cost = this.#held.get(result);
    if (cost === undefined) return;
    this.#held.delete(result);
    this.#parts.outputs.give(cost);
  }

  /** No answer is to be written any more: nothing is held. */
  settle(): void {
    for (const cost of this.#held.values()) this.#parts.outputs.give(cost);
    this.#held.clear();
  }

  async #pass<T extends object>(cost: number, step: () => Promise<T>): Promise<T> {
    await this.#enter(cost);
    try {
      const result = await step();
      if (cost > 0) this.#held.set(result, cost);
      return result;
    } catch (error) {
      if (cost > 0) this.#parts.outputs.give(cost);
      throw error;
    }
  }

  async #enter(cost: number): Promise<void> {
    const { flow, outputs } = this.#parts;
    for (;;) {
      await flow.ready();
      if (cost === 0) return;
      await outputs.take(cost);
      // The client may have stopped reading meanwhile.
      if (flow.flows) return;
      outputs.give(cost);
    }
  }
}
