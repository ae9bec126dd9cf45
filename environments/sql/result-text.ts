import type { Execution, StatementError, StatementResult } from './driver-answer.ts';
import { pythonRows } from './intercode-rows.ts';
import { jsonRow, valueText } from './json-value.ts';
import type { RowFormat } from './options.ts';
import type { SqlValue } from './sql-value.ts';

/** How results and errors are written. */
interface Writer {
  result(result: StatementResult): string;
  error(error: StatementError): string;
  readonly between: string;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function errorLine({ code, state, message }: StatementError): string {
  return `ERROR ${code} (${state}): ${message}`;
}

const CONTROLS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function cell(value: SqlValue): string {
  return valueText(value).replace(/[\n\r\t]/g, (control) => CONTROLS[control] ?? control);
}

function isNumeric(value: SqlValue | undefined): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'decimal';
}

function table({ columns, rows, count, affected }: StatementResult): string {
  if (columns === null) return `OK, ${plural(affected, 'row')} affected`;
  const lines = rows.map((row) => row.map(cell));
  const widths = columns.map((name, at) =>
    lines.reduce((most, line) => Math.max(most, line[at]?.length ?? 0), name.length),
  );
  const right = columns.map(
    (_, at) => rows.length > 0 && rows.every((row) => row[at] === null || isNumeric(row[at])),
  );
  const line = (texts: readonly string[]) =>
    ` ${texts
      .map((text, at) => (right[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join(' | ')}`.trimEnd();
  const total =
    rows.length === count ? plural(count, 'row') : `first ${rows.length} of ${plural(count, 'row')}`;
  return [
    line(columns),
    widths.map((width) => '-'.repeat(width + 2)).join('+'),
    ...lines.map(line),
    `(${total})`,
  ].join('\n');
}

function csvCell(text: string): string {
  return /[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180, except that NULL is empty and an empty text is a pair of quotes. */
function csv({ columns, rows, affected }: StatementResult): string {
  if (columns === null) return `OK, ${plural(affected, 'row')} affected`;
  const lines = rows.map((row) =>
    row.map((value) => (value === null ? '' : csvCell(valueText(value)))).join(','),
  );
  return [columns.map(csvCell).join(','), ...lines].join('\n');
}

function json({ columns, rows, count, affected }: StatementResult): string {
  if (columns === null) return JSON.stringify({ affected_rows: affected });
  return JSON.stringify({ columns, rows: rows.map(jsonRow), row_count: count });
}

const WRITERS: Readonly<Record<RowFormat, Writer>> = {
  table: { result: table, error: errorLine, between: '\n\n' },
  csv: { result: csv, error: errorLine, between: '\n\n' },
  json: {
    result: json,
    error: ({ code, state, message }) => JSON.stringify({ error: { code, sqlstate: state, message } }),
    between: '\n',
  },
  python: {
    result: ({ columns, rows }) => pythonRows(columns === null ? null : rows),
    error: ({ message }) => `Error executing query: ${message}`,
    between: '\n',
  },
};

/** The results of an action as text: each statement's rows or effect, then the error that ended the action. */
export function executionText({ results, leftOut, error, timedOut }: Execution, format: RowFormat): string {
  const writer = WRITERS[format];
  const told = results.map((result) => writer.result(result));
  if (leftOut > 0) told.splice(-1, 0, `[… the results of ${plural(leftOut, 'statement')} not shown …]`);
  if (error !== null) told.push(writer.error(error));
  else if (timedOut && format === 'table') told.push('The deadline ended the statement.');
  return told.join(writer.between);
}
