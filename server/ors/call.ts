import { randomUUID } from 'node:crypto';
import type { StepResult } from '../../protocol/episode.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import type { CallResult } from './tools.ts';

/** Time for which the result of a call can be asked for again, in milliseconds. */
const LINGER_MS = 60_000;
/** Length up to which results are not counted, in characters. */
const SMALL = 65_536;

export interface CallParts {
  readonly gate: ClientGate;
  /** Make the call, and hand over its step, if there is one. */
  readonly run: (stepped: (step: StepResult) => void) => Promise<CallResult>;
  /** Its result cannot be asked for any more. */
  readonly onDropped: (call: Call) => void;
}

/**
 * A call and its result, as JSON. A large result keeps the memory of its step until it is delivered, or nobody can ask for it
 * any more.
 */
export class Call {
  readonly id: string = randomUUID();
  readonly result: Promise<string>;
  readonly #parts: CallParts;
  #step: StepResult | undefined;
  #large = false;
  #dropped = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.result = this.#run();
  }

  /** The client has received the result. A small one can be asked for again. */
  delivered(): void {
    if (this.#large) this.drop();
  }

  /** Forget the result, also if it is not there yet. */
  drop(): void {
    if (this.#dropped) return;
    this.#dropped = true;
    clearTimeout(this.#linger);
    this.#free();
    this.#parts.onDropped(this);
  }

  async #run(): Promise<string> {
    try {
      const result = await this.#parts.run((step) => {
        this.#step = step;
      });
      const json = JSON.stringify(result);
      this.#large = json.length > SMALL;
      return json;
    } finally {
      if (!this.#large || this.#dropped) this.#free();
      if (!this.#dropped) {
        this.#linger = setTimeout(() => this.drop(), LINGER_MS);
        this.#linger.unref();
      }
    }
  }

  #free(): void {
    this.#parts.gate.written(this.#step);
    this.#step = undefined;
  }
}
