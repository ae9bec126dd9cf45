import type { SqlRow } from './sql-value.ts';
import { valueKey } from './value-key.ts';

/** A table of interned values: equal values have equal numbers. */
type Table = readonly (readonly number[])[];

export interface ExecutionMatchOptions {
  /** Whether the order of the rows counts: the gold query has a top-level ORDER BY. */
  readonly ordered: boolean;
  /**
   * Assignments of columns to try before the results count as different. Only adversarial tables with many
   * interchangeable columns come near it.
   * @default 10000
   */
  readonly maxAttempts?: number;
}

/** Gives every distinct text its own number. */
class Interner {
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

function sameNumbers(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, at) => value === right[at]);
}

/** One number per column: equal if the columns may be interchanged. */
function columnClasses(table: Table, ordered: boolean, interner: Interner): number[] {
  const width = table[0]?.length ?? 0;
  // Without an order, a value counts together with the other values of its row, in any column.
  const rowClass = table.map((row, at) => (ordered ? at : interner.of(`row ${sorted(row).join()}`)));
  return Array.from({ length: width }, (_, column) => {
    const cells = table.map((row, at) => `${rowClass[at]}:${row[column]}`);
    return interner.of(`column ${(ordered ? cells : cells.sort()).join()}`);
  });
}

/** Per row, the class of its values in the columns chosen so far. */
function extended(
  table: Table,
  prefixes: readonly number[],
  column: number,
  interner: Interner,
): readonly number[] {
  return table.map((row, at) => interner.of(`prefix ${prefixes[at]}:${row[column]}`));
}

/** Searches for an order of the agent's columns that gives the gold's rows as a bag, column by column. */
function bagsMatch(agent: Table, gold: Table, maxAttempts: number, interner: Interner): boolean {
  const [ours, theirs] = [columnClasses(agent, false, interner), columnClasses(gold, false, interner)];
  if (!sameNumbers(sorted(ours), sorted(theirs))) return false;
  let attempts = 0;
  const search = (
    column: number,
    used: ReadonlySet<number>,
    left: readonly number[],
    right: readonly number[],
  ): boolean => {
    if (column === theirs.length) return true;
    const goldPrefixes = extended(gold, right, column, interner);
    const wanted = sorted(goldPrefixes);
    const tried = new Set<string>();
    for (const [candidate, columnClass] of ours.entries()) {
      if (columnClass !== theirs[column] || used.has(candidate)) continue;
      const content = agent.map((row) => row[candidate]).join();
      // An equal column would fail here too.
      if (tried.has(content)) continue;
      tried.add(content);
      attempts += 1;
      if (attempts > maxAttempts) return false;
      const prefixes = extended(agent, left, candidate, interner);
      if (!sameNumbers(sorted(prefixes), wanted)) continue;
      if (search(column + 1, new Set([...used, candidate]), prefixes, goldPrefixes)) return true;
    }
    return false;
  };
  const empty = gold.map(() => 0);
  return search(0, new Set(), empty, empty);
}

/**
 * Whether two results are equal: the same rows with the same counts, in the same order if `ordered`, numbers by value, NULL
 * equal to NULL, the columns in any one order for all rows. This is the comparison of the test-suite evaluation of
 * text-to-SQL (Zhong, Yu and Klein, EMNLP 2020), with an exact search instead of its sampled pruning: a column may only
 * match one with the same values in the same kinds of rows, and every prefix of columns must give the same bag. Two results
 * without rows are equal. `null`: a statement without a result, which equals nothing.
 */
export function executionMatch(
  agent: readonly SqlRow[] | null,
  gold: readonly SqlRow[] | null,
  options: ExecutionMatchOptions,
): boolean {
  if (agent === null || gold === null || agent.length !== gold.length) return false;
  if (agent[0]?.length !== gold[0]?.length) return false;
  const interner = new Interner();
  const table = (rows: readonly SqlRow[]) =>
    rows.map((row) => row.map((value) => interner.of(`value ${valueKey(value)}`)));
  const [ours, theirs] = [table(agent), table(gold)];
  if (!options.ordered) return bagsMatch(ours, theirs, options.maxAttempts ?? 10_000, interner);
  const classes = (rows: Table) => sorted(columnClasses(rows, true, interner));
  return sameNumbers(classes(ours), classes(theirs));
}
