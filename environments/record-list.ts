import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  checked,
  DatasetError,
  type DatasetPlace,
  fieldName,
  type PlaceOf,
  parsedJson,
  parsedToml,
} from './dataset-error.ts';
import { lineInJson, lineInToml } from './line-of-path.ts';

/** A record from a file, not checked yet. */
export interface FoundRecord {
  readonly value: unknown;
  /** The place in a file of the field at a path. */
  readonly place: PlaceOf;
}

/** A field of a record, and its place in a file. */
export interface FoundField {
  readonly field: string;
  readonly value: unknown;
  readonly place: PlaceOf;
}

/** Extensions of files that may contain a list of records, in the order of the search. */
export const LIST_ENDS = ['.jsonl', '.json', '.toml'] as const;

/** The records of JSON lines; blank lines are skipped. @throws {DatasetError} */
function recordsOfLines(text: string, file: string): FoundRecord[] {
  return text
    .split('\n')
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== '')
    .map(({ content, line }, record) => ({
      value: parsedJson(content, { file, line }),
      place: (path) => ({ file, line, record, field: fieldName(path) }),
    }));
}

/**
 * Records of an array that is at a path of a file.
 * @param lineOf line of a path in the file
 */
export function recordsAt(
  values: readonly unknown[],
  file: string,
  lineOf: (path: readonly PropertyKey[]) => number,
  at: readonly PropertyKey[] = [],
): FoundRecord[] {
  return values.map((value, record) => ({
    value,
    place: (path): DatasetPlace => ({
      file,
      line: lineOf([...at, record, ...path]),
      record,
      field: fieldName(path),
    }),
  }));
}

/** A record with the shared fields of its list; the record's own fields take precedence. */
export function withShared(
  { value, place }: FoundRecord,
  shared: Readonly<Record<string, unknown>>,
): FoundRecord {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return { value: isRecord ? { ...shared, ...value } : value, place };
}

/**
 * The records of a list: JSON lines, a JSON array, or an array of tables in TOML, by the file's extension.
 * @param table name of that array, e.g. `tasks` for `[[tasks]]`
 * @returns `null` for JSON that is not an array
 * @throws {DatasetError}
 */
export function recordList(text: string, file: string, table: string): FoundRecord[] | null {
  if (file.endsWith('.jsonl')) return recordsOfLines(text, file);
  if (file.endsWith('.toml')) {
    const whole = parsedToml(text, file);
    const { [table]: values, ...others } = whole as Record<string, unknown>;
    const [other] = Object.keys(others);
    if (other !== undefined || !Array.isArray(values)) {
      const line = lineInToml(text, other === undefined ? [] : [other]);
      const given = other === undefined ? '' : `unknown key ${JSON.stringify(other)}; `;
      throw new DatasetError(
        { file, line },
        `${given}a list of records in TOML has only [[${table}]] tables`,
      );
    }
    return recordsAt(values, file, (path) => lineInToml(text, path), [table]);
  }
  const value = parsedJson(text, { file });
  return Array.isArray(value) ? recordsAt(value, file, (path) => lineInJson(text, path)) : null;
}

/** A list in a folder. */
export interface FoundList {
  readonly file: string;
  readonly records: readonly FoundRecord[];
}

/**
 * The list of records with this name and any extension: `tests.jsonl`, `tests.json` or `tests.toml`.
 * @param names of the files in the folder
 * @param stem name of the list, and of its tables in TOML
 * @returns `null` if there is none
 * @throws {DatasetError}
 */
export function listIn(folder: string, names: readonly string[], stem: string): FoundList | null {
  const [name, other] = LIST_ENDS.map((end) => `${stem}${end}`).filter((one) => names.includes(one));
  if (name === undefined) return null;
  const file = join(folder, name);
  if (other !== undefined) throw new DatasetError({ file }, `${other} exists too: keep only one of them`);
  const records = recordList(readFileSync(file, 'utf8'), file, stem);
  if (records === null) throw new DatasetError({ file }, 'the file must be an array of records');
  return { file, records };
}

/**
 * Checks records with their schema.
 * @param file of the dataset
 * @throws {DatasetError} also if there are none, or if two have the same id
 */
export function checkedRecords<T extends { readonly id: string }>(
  schema: z.ZodType<T>,
  records: readonly FoundRecord[],
  file: string,
): T[] {
  if (records.length === 0) throw new DatasetError({ file }, 'the dataset has no tasks');
  const known = new Set<string>();
  return records.map(({ value, place }) => {
    const task = checked(schema, value, place);
    if (known.has(task.id)) {
      throw new DatasetError(place(['id']), `another record already has the id ${task.id}`);
    }
    known.add(task.id);
    return task;
  });
}
