import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { clearestIssue } from './schema-issue.ts';

/** The place of an error in a dataset. */
export interface DatasetPlace {
  readonly file: string;
  /** Line, from 1, if known. */
  readonly line?: number;
  /** Index of the record, from 0. */
  readonly record?: number;
  /** Field of the record, e.g. `files[2].mode`. */
  readonly field?: string;
}

/** An error in a dataset. The message is one sentence with file, line, record, field and reason. */
export class DatasetError extends Error {
  override readonly name = 'DatasetError';
  readonly place: DatasetPlace;
  readonly reason: string;

  constructor(place: DatasetPlace, reason: string, options: ErrorOptions = {}) {
    const { file, line, record, field } = place;
    const where = [
      file,
      line === undefined ? '' : `line ${line}`,
      record === undefined ? '' : `record ${record}`,
      field === undefined || field === '' ? '' : `field ${field}`,
    ];
    super(`${where.filter((part) => part !== '').join(', ')}: ${reason}`, options);
    this.place = place;
    this.reason = reason;
  }
}

/**
 * A dataset lacks a part that the user must provide. Other datasets beside it are not affected. The reason says which file
 * to put where.
 */
export class IncompleteDatasetError extends DatasetError {}

/** A path as text, e.g. `files[2].mode`. */
export function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

/** The place in a file of the field at a path of a value. */
export type PlaceOf = (path: readonly PropertyKey[]) => DatasetPlace;

/**
 * @param place of the whole value, or a function that returns the place of a field
 * @throws {DatasetError} for the first field that does not fit the schema, with the nearest known key for an unknown one
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: DatasetPlace | PlaceOf): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, reason } = clearestIssue(schema, value, result.error);
  const found = typeof place === 'function' ? place(path) : { ...place, field: fieldName(path) };
  throw new DatasetError(found, reason, { cause: result.error });
}

/** @throws {DatasetError} with the line of the first error, if the parser reports it */
export function parsedJson(text: string, place: DatasetPlace): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(reason)?.[1];
    const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length;
    const known = place.line === undefined && line !== undefined ? { ...place, line } : place;
    throw new DatasetError(known, `not JSON: ${reason}`, { cause: error });
  }
}

/**
 * Parses TOML; dates become ISO 8601 texts.
 * @throws {DatasetError} with the line of the first error
 */
export function parsedToml(text: string, file: string): unknown {
  try {
    return JSON.parse(JSON.stringify(parse(text)));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.replace(/^Invalid TOML document: /, '').replace(/\n.*/s, '');
    throw new DatasetError({ file, line: error.line }, `not TOML: ${reason}`, { cause: error });
  }
}
