import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { TrajectorySummary } from '../../../protocol/operator.ts';
import { conversation } from './chat.ts';
import type { Recording } from './recording.ts';

type Cell = string | number | boolean | null;

/** Columns of a table of results, with their types in Parquet. */
const COLUMNS = [
  ['path', 'STRING', ({ path }) => path],
  ['episode_id', 'STRING', ({ episode_id }) => episode_id],
  ['environment', 'STRING', ({ environment }) => environment],
  ['dataset', 'STRING', ({ dataset }) => dataset],
  ['task', 'STRING', ({ task }) => task],
  ['task_index', 'INT32', ({ task_index }) => task_index],
  ['seed', 'DOUBLE', ({ seed }) => seed],
  ['tags', 'STRING', ({ tags }) => tags.join(',')],
  ['begun', 'STRING', ({ begun }) => begun],
  ['end', 'STRING', ({ end }) => end],
  ['steps', 'INT32', ({ steps }) => steps],
  ['errors', 'INT32', ({ errors }) => errors],
  ['reward', 'DOUBLE', ({ reward }) => reward],
  ['best_reward', 'DOUBLE', ({ best_reward }) => best_reward],
  ['success', 'BOOLEAN', ({ success }) => success],
  ['failure', 'STRING', ({ failure }) => failure],
  ['limit', 'STRING', ({ limit }) => limit],
  ['duration_ms', 'DOUBLE', ({ duration_ms }) => duration_ms],
  ['step_ms', 'DOUBLE', ({ step_ms }) => step_ms],
  ['grade_ms', 'DOUBLE', ({ grade_ms }) => grade_ms],
] as const satisfies readonly (readonly [
  string,
  'STRING' | 'INT32' | 'DOUBLE' | 'BOOLEAN',
  (summary: TrajectorySummary) => Cell,
])[];

/** A cell that a spreadsheet would take for a formula begins with an apostrophe. */
function csvCell(value: Cell): string {
  const text = value === null ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+@\-\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const CSV_HEADER = `${COLUMNS.map(([name]) => name).join()}\r\n`;

/** A line of RFC 4180; what is not known is empty. */
export function csvLine(summary: TrajectorySummary): string {
  return `${COLUMNS.map(([, , cellOf]) => csvCell(cellOf(summary))).join()}\r\n`;
}

/** A Parquet file: the same columns, and `messages`, the conversation as JSON. */
export function parquetFile(recordings: readonly Recording[]): Buffer {
  const columns: ColumnSource[] = COLUMNS.map(([name, type, cellOf]) => ({
    name,
    type,
    data: recordings.map(({ summary }) => cellOf(summary)),
  }));
  const messages = recordings.map((recording) => JSON.stringify(conversation(recording)));
  return Buffer.from(
    parquetWriteBuffer({ columnData: [...columns, { name: 'messages', type: 'STRING', data: messages }] }),
  );
}
