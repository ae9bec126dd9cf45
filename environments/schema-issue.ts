import { z } from 'zod';
import { nearestKey } from './nearest-key.ts';

/** An error in a value, for its author. */
export interface SchemaIssue {
  /** Path of the field. For an unknown key, the last part is that key. */
  readonly path: readonly PropertyKey[];
  readonly reason: string;
}

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/** Value at a path, or `undefined`. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    value,
  );
}

function unwrapped(schema: Schema): Schema {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.out);
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? unwrapped(schema.unwrap())
    : schema;
}

/** Known keys of a schema at a path. For a union, those of the option that shares the most keys with the value. */
function knownKeys(schema: Schema, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  const inner = unwrapped(schema);
  const [key, ...rest] = path;
  if (inner instanceof z.ZodUnion) {
    const options = inner.options.map((option: Schema) => knownKeys(option, value, path));
    const given = Object.keys(Object(valueAt(value, path)));
    const shared = (keys: readonly string[]) => given.filter((one) => keys.includes(one)).length;
    return options.reduce((best, keys) => (shared(keys) > shared(best) ? keys : best), []);
  }
  if (inner instanceof z.ZodObject) {
    if (key === undefined) return Object.keys(inner.shape);
    const field: Schema | undefined = inner.shape[String(key)];
    return field === undefined ? [] : knownKeys(field, valueAt(value, [key]), rest);
  }
  if (inner instanceof z.ZodArray && key !== undefined)
    return knownKeys(inner.element, valueAt(value, [key]), rest);
  return [];
}

/** How badly a value fits an option of a union. An option of another type than the value is the least likely. */
function weight(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + issue.keys.length;
    return sum + (issue.code === 'invalid_type' && issue.path.length === 0 ? 1000 : 1);
  }, 0);
}

/** Issues; those of a union are replaced by the issues of the likeliest option, if the value has that option's type. */
function flattened(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue];
    const options = issue.errors.map(flattened).sort((a, b) => weight(a) - weight(b));
    const [likeliest = []] = options;
    if (likeliest.length === 0 || weight(likeliest) >= 1000) return [issue];
    return likeliest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
  });
}

function unknownKey(schema: Schema, value: unknown, issue: z.core.$ZodIssueUnrecognizedKeys): SchemaIssue {
  const { path, keys } = issue;
  const [key = ''] = keys;
  const known = knownKeys(schema, value, path);
  const given = Object.keys(Object(valueAt(value, path)));
  const absent = known.filter((one) => !given.includes(one));
  const nearest = nearestKey(key, absent) ?? nearestKey(key, known);
  const isRequired = nearest !== null && lacks(schema, value, [...path, nearest]);
  const remedy = isRequired
    ? `${nearest} is missing`
    : nearest !== null
      ? `did you mean ${nearest}?`
      : `known keys are ${known.join(', ')}`;
  return { path: [...path, key], reason: `unknown key ${JSON.stringify(key)}; ${remedy}` };
}

/** Whether the value lacks a field that the schema requires. */
function lacks(schema: Schema, value: unknown, path: readonly PropertyKey[]): boolean {
  const result = z.safeParse(schema, value);
  const wanted = JSON.stringify(path);
  return flattened(result.error?.issues ?? []).some(
    (issue) => JSON.stringify(issue.path) === wanted && valueAt(value, path) === undefined,
  );
}

/** The clearest issue: a mistyped key rather than the field that is missing because of it, else the first. */
export function clearestIssue(schema: Schema, value: unknown, error: z.ZodError): SchemaIssue {
  const issues = flattened(error.issues);
  const unknown = issues.find((issue) => issue.code === 'unrecognized_keys');
  if (unknown !== undefined) return unknownKey(schema, value, unknown);
  const [first] = issues;
  if (first === undefined) return { path: [], reason: 'the value is not valid' };
  const isMissing =
    first.path.length > 0 && first.code !== 'custom' && valueAt(value, first.path) === undefined;
  return { path: first.path, reason: isMissing ? `${String(first.path.at(-1))} is missing` : first.message };
}
