import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parseBound, type RewardBound } from './reward-bound.ts';

/** A file or folder without a valid cheat; the message names file, line and reason. */
export class CheatError extends Error {
  override readonly name = 'CheatError';
}

/** A part of a cheat: code of a step, an intermediate grade, or the answer of the submit. */
export interface CheatCell {
  readonly kind: 'step' | 'evaluate' | 'answer';
  readonly text: string;
}

/** An attempt to be rewarded without solving the task, read from its file. A submit follows the last cell. */
export interface CheatScript {
  /** Name of the file without its ending. */
  readonly name: string;
  /** What it tries, in one line. */
  readonly title: string;
  readonly score: RewardBound;
  /** Deadline of each step, in milliseconds. @default the server's */
  readonly deadlineMs: number | undefined;
  readonly cells: readonly CheatCell[];
  /** Facts of a task that its placeholders need. */
  readonly facts: readonly CheatFact[];
}

const CHEAT_FACTS = ['names', 'table', 'instruction', 'another_gold'] as const;
export type CheatFact = (typeof CHEAT_FACTS)[number];

/** Beginning of a comment line, by the file's ending. */
const COMMENTS: Readonly<Record<string, string>> = {
  '.sh': '#',
  '.py': '#',
  '.sql': '--',
  '.js': '//',
  '.mjs': '//',
};
const KEYS = ['cheat', 'scores', 'deadline'] as const;
const KINDS = ['step', 'evaluate', 'answer'] as const;
const MOST_MS = 600_000;

/**
 * Every cheat of a folder, by name. Files with other endings are ignored.
 * @throws {CheatError} a cheat is malformed, or there is none; names file, line and reason
 */
export async function readCheats(folder: string): Promise<CheatScript[]> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new CheatError(`cannot read the folder ${folder}`, { cause });
  });
  const wanted = files.filter((file) => COMMENTS[extname(file)] !== undefined).sort();
  if (wanted.length === 0) {
    throw new CheatError(`${folder}: has no cheats (${Object.keys(COMMENTS).join(', ')})`);
  }
  return Promise.all(
    wanted.map(async (file) => parseCheat(join(folder, file), await readFile(join(folder, file), 'utf8'))),
  );
}

/** @throws {CheatError} as `readCheats` */
export function parseCheat(file: string, text: string): CheatScript {
  const comment = COMMENTS[extname(file)] ?? '#';
  const lines = text.split('\n');
  const { header, length } = headerOf(file, lines, comment);
  const title = header.get('cheat');
  const scores = header.get('scores');
  if (title === undefined) throw fault(file, 1, `lacks \`${comment} cheat: …\`, which says what it tries`);
  if (scores === undefined) throw fault(file, 1, `lacks \`${comment} scores: …\`, e.g. \`scores: = 0\``);
  const score = parseBound(scores.value);
  if (score === null) {
    const reason = `has no bound in \`${scores.value}\`: give =, < or <= and a number, or = or <= and no-op`;
    throw fault(file, scores.line, reason);
  }
  const cells = cellsOf(file, lines, length, comment);
  return {
    name: basename(file, extname(file)),
    title: title.value,
    score,
    deadlineMs: deadlineOf(file, header.get('deadline')),
    cells,
    facts: factsOf(file, lines),
  };
}

interface Field {
  readonly value: string;
  readonly line: number;
}

/** The comment lines at the beginning of a script, each `key: value`. */
function headerOf(file: string, lines: readonly string[], comment: string) {
  const header = new Map<string, Field>();
  let length = 0;
  for (const line of lines) {
    if (!line.startsWith(comment) || line.startsWith(`${comment} %%`)) break;
    length += 1;
    const [, key = '', value = ''] = /^(\w+):\s*(.*?)\s*$/.exec(line.slice(comment.length).trim()) ?? [];
    if (!KEYS.some((known) => known === key)) {
      throw fault(
        file,
        length,
        `is not a header line; a header has the keys ${KEYS.join(', ')} and ends with an empty line`,
      );
    }
    if (value === '') throw fault(file, length, `says nothing after \`${key}:\``);
    if (header.has(key)) throw fault(file, length, `says \`${key}\` a second time`);
    header.set(key, { value, line: length });
  }
  return { header, length };
}

function deadlineOf(file: string, field: Field | undefined): number | undefined {
  if (field === undefined) return undefined;
  const [, digits] = /^(\d+) ms$/.exec(field.value) ?? [];
  const ms = Number(digits);
  if (ms >= 1 && ms <= MOST_MS) return ms;
  throw fault(file, field.line, `has no deadline in \`${field.value}\`: give 1 ms to ${MOST_MS} ms`);
}

function cellsOf(file: string, lines: readonly string[], from: number, comment: string): CheatCell[] {
  const marker = `${comment} %%`;
  const cells: { kind: CheatCell['kind']; line: number; body: string[] }[] = [
    { kind: 'step', line: from, body: [] },
  ];
  for (const [index, line] of lines.entries()) {
    if (index < from) continue;
    if (!line.startsWith(marker)) {
      cells.at(-1)?.body.push(line);
      continue;
    }
    const word = line.slice(marker.length).trim();
    const kind = KINDS.find((known) => known === word);
    if (kind === undefined) throw fault(file, index + 1, `begins no cell: ${KINDS.join(', ')} are known`);
    cells.push({ kind, line: index + 1, body: [] });
  }
  const last = cells.at(-1);
  for (const cell of cells) {
    if (cell.kind === 'answer' && cell !== last) throw fault(file, cell.line, 'must be the last cell');
    if (cell.kind === 'evaluate' && cell.body.some((line) => line.trim() !== '')) {
      throw fault(file, cell.line, 'has text: what follows a grade begins a cell of its own');
    }
  }
  return cells
    .map(({ kind, body }) => ({ kind, text: body.join('\n').trim() }))
    .filter(({ kind, text }) => kind !== 'step' || text !== '');
}

function factsOf(file: string, lines: readonly string[]): CheatFact[] {
  const found = new Set<CheatFact>();
  for (const [index, line] of lines.entries()) {
    for (const [whole, word] of line.matchAll(/\{\{(\w+)\}\}/g)) {
      const fact = CHEAT_FACTS.find((known) => known === word);
      if (fact === undefined) {
        throw fault(file, index + 1, `asks for ${whole}: ${CHEAT_FACTS.join(', ')} are known`);
      }
      found.add(fact);
    }
  }
  return [...found];
}

function fault(file: string, line: number, reason: string): CheatError {
  return new CheatError(`${file}: line ${line} ${reason}`);
}
