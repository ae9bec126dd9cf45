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

/** A record as it was found, not checked yet. */
export interface FoundRecord {
  readonly value: unknown;
  /** Where the field at a path of it was written. */
  readonly place: PlaceOf;
}

/** A field of a record, and where it was written. */
export interface FoundField {
  readonly field: string;
  readonly value: unknown;
  readonly place: PlaceOf;
}

/** Ends of the files that may hold a list of records, in the order in which they are looked for. */
export const LIST_ENDS = ['.jsonl', '.json', '.toml'] as const;

/** The lines of a text of JSON lines that are not blank, each a record. @throws {DatasetError} */
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
 * Records of a whole value, at a path of it.
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

/** A record with fields that all of its list have; its own come first. */
export function withShared(
  { value, place }: FoundRecord,
  shared: Readonly<Record<string, unknown>>,
): FoundRecord {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return { value: isRecord ? { ...shared, ...value } : value, place };
}

/**
 * The records of a list: JSON lines, an array of JSON, or an array of tables in TOML, by the file's name.
 * @param table name of that array, e.g. `tasks` for `[[tasks]]`
 * @returns `null` for JSON that is no array
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

/** A list that was found in a folder. */
export interface FoundList {
  readonly file: string;
  readonly records: readonly FoundRecord[];
}

/**
 * The list of records with this name, whichever end it has: `tests.jsonl`, `tests.json` or `tests.toml`.
 * @param names of the files in the folder
 * @param stem name of the list, and of its tables in TOML
 * @returns `null` where there is none
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
 * Records that fit their schema.
 * @param file of the dataset
 * @throws {DatasetError} also for none, and for an id that two have
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
