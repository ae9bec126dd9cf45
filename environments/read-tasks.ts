import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { checked, DatasetError, parsedJson } from './dataset-error.ts';

/**
 * The tasks of a list file that lies beside a definition: a record a line, as JSON.
 * @throws {DatasetError} with file, line, field and reason
 */
export function readTasks<R>(record: z.ZodType<R>, file: URL): R[] {
  const path = fileURLToPath(file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new DatasetError({ file: path }, 'the file cannot be read', { cause: error });
  }
  return text
    .split('\n')
    .map((content, index) => ({ content, place: { file: path, line: index + 1 } }))
    .filter(({ content }) => content.trim() !== '')
    .map(({ content, place }) => checked(record, parsedJson(content, place), place));
}
