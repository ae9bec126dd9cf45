import type { z } from 'zod';

/** Where in a dataset something is wrong. */
export interface DatasetPlace {
  readonly file: string;
  /** Line, from 1, where it is known. */
  readonly line?: number;
  /** Index of the record, from 0. */
  readonly record?: number;
  /** Field of the record, e.g. `files[2].mode`. */
  readonly field?: string;
}

/** A dataset cannot be read as it is: one sentence with file, record, field and reason. */
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
 * A dataset of which a part is not there and must be brought by the user; others that lie beside it can be had without it.
 * The reason says what to put where.
 */
export class IncompleteDatasetError extends DatasetError {}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}

/** @throws {DatasetError} for the first field that does not fit the schema */
export function checked<T>(schema: z.ZodType<T>, value: unknown, place: DatasetPlace): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])];
  throw new DatasetError({ ...place, field: fieldName(path) }, issue?.message ?? 'not as expected', {
    cause: result.error,
  });
}

/** @throws {DatasetError} with the line of the first mistake, where the parser tells it */
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
