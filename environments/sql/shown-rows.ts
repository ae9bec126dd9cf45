import type { Execution, StatementResult } from './driver-answer.ts';
import { jsonRow } from './json-value.ts';
import type { SqlRow } from './sql-value.ts';

/** The first rows of a result within both caps. */
function firstRows(rows: readonly SqlRow[], maxRows: number, maxBytes: number): readonly SqlRow[] {
  let bytes = 0;
  let count = 0;
  for (const row of rows) {
    bytes += Buffer.byteLength(JSON.stringify(jsonRow(row)));
    if (count >= maxRows || bytes > maxBytes) break;
    count += 1;
  }
  return count === rows.length ? rows : rows.slice(0, count);
}

/** The part of an execution that an observation shows: the rows of each statement, the last one too, within the caps. */
export function shownExecution(execution: Execution, maxRows: number, maxBytes: number): Execution {
  const last = execution.results.at(-1);
  if (last === undefined) return execution;
  const rows = firstRows(last.rows, maxRows, maxBytes);
  return { ...execution, results: [...execution.results.slice(0, -1), { ...last, rows }] };
}

/** The last statement's rows; `null` if it gave none, or failed. */
export function lastRows({ results, error }: Execution): StatementResult | null {
  const last = results.at(-1);
  return error !== null || last === undefined || last.columns === null ? null : last;
}
