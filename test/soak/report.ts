import { BOUNDS, type Footprint, grown } from './footprint.ts';
import { countsText, type Tally, type WrongReward } from './tally.ts';

const MOST_TOLD = 20;
/** Failed episodes for each graded one: faults meet a few in a hundred. */
const MOST_FAILED = 0.1;

export interface SoakResult {
  /** The server's line when it was ready. */
  readonly server: string;
  readonly minutes: number;
  readonly seed: number;
  readonly clients: number;
  readonly tally: Tally;
  /** Errors in the server's log, by message. */
  readonly logged: ReadonlyMap<string, number>;
  readonly start: Footprint;
  readonly end: Footprint;
}

/** Failures by which a client learns nothing, or that no fault accounts for: there must be none. */
function unanswered({ failures }: Tally): [string, number][] {
  return [...failures].filter(([name]) => /Error$|internal/.test(name));
}

/** Why the soak is not passed, a reason a line; none where it is. */
export function reasons({ tally, start, end }: SoakResult): string[] {
  const found: string[] = [];
  const [graded, failed] = ['graded', 'failed'].map((how) => tally.episodes.get(how) ?? 0);
  if (!graded) found.push('no episode was graded');
  else if (failed && failed > graded * MOST_FAILED)
    found.push(`${failed} episodes failed, ${graded} were graded`);
  if (tally.wrong.length > 0) found.push(`${tally.wrong.length} wrong rewards`);
  for (const [name, count] of unanswered(tally)) found.push(`${count} × ${name}`);
  for (const key of grown(start, end)) {
    found.push(`${key} grew from ${shown(start[key])} to ${shown(end[key])}`);
  }
  return found;
}

/** The table of a soak, as lines. */
export function soakLines(result: SoakResult): string[] {
  const { server, minutes, seed, clients, tally, logged, start, end } = result;
  const counted = [
    ['minutes, clients, seed', `${minutes}, ${clients}, ${seed}`],
    ['episodes', `${tally.total} (${countsText(tally.episodes)})`],
    ['steps', String(tally.steps)],
    ['faults', countsText(tally.faults)],
    ['failures by class', countsText(tally.failures)],
    ['wrong rewards', String(tally.wrong.length)],
    ['errors logged', countsText(logged)],
  ];
  const width = Math.max(
    ...counted.map(([name = '']) => name.length),
    ...Object.keys(start).map((k) => k.length),
  );
  const keys = Object.keys(start) as (keyof Footprint)[];
  return [
    server,
    '',
    ...counted.map(([name = '', value = '']) => `${name.padEnd(width)}  ${value}`),
    '',
    row(width, ['at rest', 'start', 'end', 'at most']),
    ...keys.map((key) =>
      row(width, [key, shown(start[key]), shown(end[key]), shown(BOUNDS[key](start[key]))]),
    ),
    '',
    ...tally.wrong.slice(0, MOST_TOLD).map(wrongLine),
  ];
}

function row(width: number, [name = '', ...cells]: readonly string[]): string {
  return `${name.padEnd(width)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

function wrongLine({ play, expected, reward, at, took, marks }: WrongReward): string {
  const { environment, task, dialect = '' } = play.reset;
  const when = `after ${at.toFixed(1)} s, took ${took.toFixed(1)} s`;
  const seen = marks.length === 0 ? '' : `; ${marks.join(', ')}`;
  return `wrong: ${environment} ${dialect} ${task} by ${play.by}: ${reward}, not ${expected} (${when}${seen})`;
}
