import type { Readable, Writable } from 'node:stream';

/** Where a command reads and writes. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly errors: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person uses it: show prompts and colours. */
  readonly interactive: boolean;
}

/** Exit statuses of every command. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** Done, with a bad result: differences, a failed check, a fault of the server. */
  bad: 1,
  /** Not done: a wrong flag, argument or file. */
  usage: 2,
} as const;

export function print(terminal: Terminal, text = ''): void {
  terminal.output.write(`${text}\n`);
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

const CODES: Readonly<Record<Style, number>> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** Text in a style, on an interactive terminal without `NO_COLOR`. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  if (!terminal.interactive || terminal.env.NO_COLOR) return text;
  return `\u001b[${CODES[style]}m${text}\u001b[0m`;
}

/** Rows as aligned columns; the last one is not padded. */
export function columns(rows: readonly (readonly string[])[], indent = '  '): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return rows
    .map((row) => {
      const cells = row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)));
      return `${indent}${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}
