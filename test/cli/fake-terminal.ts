import { PassThrough, Readable, Writable } from 'node:stream';
import { run } from '../../clients/cli/program.ts';
import type { Terminal } from '../../clients/cli/terminal.ts';

/** A terminal whose input is a text and whose output can be read. */
export class FakeTerminal implements Terminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly interactive = false;
  printed = '';
  complained = '';
  readonly #watchers = new Set<() => void>();

  /** @param input what a person types; `null` leaves the input open and silent */
  constructor(input: string | null = '', env: Readonly<Record<string, string>> = {}) {
    this.input = input === null ? new PassThrough() : Readable.from([input]);
    this.env = env;
    this.output = collect((text) => {
      this.printed += text;
      for (const look of this.#watchers) look();
    });
    this.errors = collect((text) => {
      this.complained += text;
    });
  }

  /** Wait until a text was printed. */
  shows(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#watchers.add(() => {
        if (this.printed.includes(text)) resolve();
      });
    });
  }
}

function collect(take: (text: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      take(chunk.toString());
      done();
    },
  });
}

export interface Ran {
  readonly exitCode: number;
  readonly printed: string;
  readonly complained: string;
}

/** Run a command to its end. */
export async function stepwell(argv: readonly string[], input = ''): Promise<Ran> {
  const terminal = new FakeTerminal(input);
  const exitCode = await run(argv, terminal);
  return { exitCode, printed: terminal.printed, complained: terminal.complained };
}
