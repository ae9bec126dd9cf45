import { type Answer, isLarge, largeText } from '../json/answer-text.ts';
import type { ServerMemory } from '../memory/server-memory.ts';

/** Serializes the answers of one client. Large ones wait until the client reads, and are made one at a time over all clients. */
export class AnswerWriter {
  readonly #memory: ServerMemory;
  readonly #ready: () => Promise<void> | undefined;

  /** @param ready settles when the client has room for answers */
  constructor(memory: ServerMemory, ready: () => Promise<void> | undefined) {
    this.#memory = memory;
    this.#ready = ready;
  }

  /** The JSON text of a value between two other texts. @throws {ProtocolError} if the client goes away meanwhile */
  write(value: unknown, before = '', after = ''): string | Promise<Answer> {
    return isLarge(value) ? this.#large(value, before, after) : `${before}${JSON.stringify(value)}${after}`;
  }

  async #large(value: unknown, before: string, after: string): Promise<Answer> {
    const { answers, writing } = this.#memory;
    await this.#ready();
    return writing.run(async () => {
      await answers.room();
      return largeText(value, before, after);
    });
  }
}
