import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { DatasetError } from './dataset-error.ts';
import { TASKS } from './dataset-folder.ts';
import type { TaskRecord } from './playable-dataset.ts';
import { checkedRecords, recordList } from './record-list.ts';

/**
 * The tasks of a list file beside a definition: `.jsonl` (one record per line), `.json` (an array) or `.toml` (tables
 * `[[tasks]]`).
 * @throws {DatasetError} with file, line, field and reason; also if there are none, or if two have the same id
 */
export function readTasks<R extends TaskRecord>(record: z.ZodType<R>, file: URL): R[] {
  const path = fileURLToPath(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new DatasetError({ file: path }, 'the file cannot be read', { cause: error });
  }
  const found = recordList(text, path, TASKS);
  if (found === null) throw new DatasetError({ file: path }, 'the file must be an array of records');
  return checkedRecords(record, found, path);
}
