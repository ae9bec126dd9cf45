import { z } from 'zod';
import { nearestKey } from '../../environments/nearest-key.ts';
import type { ResetOptionSet } from '../../environments/reset-options.ts';
import {
  type ActionObject,
  CodeAction,
  EvaluateAction,
  ExtendAction,
  SkipAction,
  SubmitAction,
} from '../../protocol/action.ts';
import type { OpenEnvIssue } from '../../protocol/openenv.ts';
import { clipped, excerpt, MAX_ISSUES } from '../json/excerpt.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

const MAX_KEY = 200;
const MAX_WORDS = 500;

/** A message or action that does not match its schema. `issues` has the first 20 issues in OpenEnv's form. */
export class OpenEnvValidationError extends Error {
  override readonly name = 'OpenEnvValidationError';
  readonly issues: readonly OpenEnvIssue[];

  constructor(issues: readonly OpenEnvIssue[]) {
    const [first] = issues;
    // OpenEnv's client passes on nothing but the message.
    super(
      first === undefined
        ? 'Invalid message'
        : `Invalid message: ${[...first.loc, ''].join(': ')}${first.msg}`,
    );
    this.issues = issues;
  }
}

/** Pydantic's error type and message for a value of the wrong type, by expected type. */
const TYPES: Readonly<Record<string, readonly [type: string, msg: string]>> = {
  string: ['string_type', 'Input should be a valid string'],
  number: ['float_type', 'Input should be a valid number'],
  int: ['int_type', 'Input should be a valid integer'],
  boolean: ['bool_type', 'Input should be a valid boolean'],
  object: ['dict_type', 'Input should be a valid dictionary'],
  record: ['dict_type', 'Input should be a valid dictionary'],
  array: ['list_type', 'Input should be a valid list'],
};

function at(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    input,
  );
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return String(value);
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map(literal);
  const last = texts.pop() ?? '';
  return texts.length === 0 ? last : `${texts.join(', ')} or ${last}`;
}

function plural(count: number | bigint): string {
  return `${count} character${Number(count) === 1 ? '' : 's'}`;
}

function describe(issue: Issue, value: unknown): readonly [type: string, msg: string] {
  switch (issue.code) {
    case 'invalid_type': {
      if (issue.expected === 'int' && typeof value === 'number') {
        return ['int_from_float', 'Input should be a valid integer, got a number with a fractional part'];
      }
      return TYPES[issue.expected] ?? ['value_error', issue.message];
    }
    case 'invalid_value':
      return ['literal_error', `Input should be ${oneOf(issue.values)}`];
    case 'too_small':
      if (issue.origin === 'string') {
        return ['string_too_short', `String should have at least ${plural(issue.minimum)}`];
      }
      return issue.inclusive === false
        ? ['greater_than', `Input should be greater than ${issue.minimum}`]
        : ['greater_than_equal', `Input should be greater than or equal to ${issue.minimum}`];
    case 'too_big':
      return issue.origin === 'string'
        ? ['string_too_long', `String should have at most ${plural(issue.maximum)}`]
        : ['less_than_equal', `Input should be less than or equal to ${issue.maximum}`];
    default:
      return ['value_error', issue.message];
  }
}

/** An issue in OpenEnv's form, with the beginning of a large input. */
function told(type: string, loc: Path, msg: string, input: unknown): OpenEnvIssue {
  const path = loc.map((key) => (typeof key === 'number' ? key : clipped(String(key), MAX_KEY)));
  return { type, loc: path, msg: clipped(msg, MAX_WORDS), input: excerpt(input) };
}

function* translate(issue: Issue, input: unknown, prefix: Path = []): Generator<OpenEnvIssue> {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') {
    for (const inner of issue.errors.flat()) yield* translate(inner, input, path);
    return;
  }
  if (issue.code === 'unrecognized_keys') {
    const object = at(input, path);
    for (const key of issue.keys) {
      yield told('extra_forbidden', [...path, key], 'Extra inputs are not permitted', at(object, [key]));
    }
    return;
  }
  const value = at(input, path);
  if (value === undefined && path.length > 0) {
    yield told('missing', path, 'Field required', at(input, path.slice(0, -1)));
    return;
  }
  const [type, msg] = describe(issue, value);
  yield told(type, path, msg, value);
}

/** The first `MAX_ISSUES` issues. There may be thousands, one per key. */
function firstIssues(issues: readonly Issue[], input: unknown): OpenEnvIssue[] {
  const first: OpenEnvIssue[] = [];
  for (const issue of issues) {
    for (const translated of translate(issue, input)) {
      if (first.length === MAX_ISSUES) return first;
      first.push(translated);
    }
  }
  return first;
}

/**
 * Parse the input.
 * @throws {OpenEnvValidationError}
 */
export function validate<S extends z.ZodType>(schema: S, input: unknown): z.infer<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new OpenEnvValidationError(firstIssues(parsed.error.issues, input));
}

/**
 * Parse the action in the data of a step. Its keys decide its kind; the default is code.
 * @throws {OpenEnvValidationError}
 */
export function validateAction(input: Readonly<Record<string, unknown>>): ActionObject {
  if ('submit' in input) return validate(SubmitAction, input);
  if ('evaluate' in input) return validate(EvaluateAction, input);
  if ('skip' in input) return validate(SkipAction, input);
  if ('extend' in input) return validate(ExtendAction, input);
  return validate(CodeAction, input);
}

/** Names that OpenEnv's task routes use for options of a reset. */
const OTHER_NAMES: Readonly<Record<string, string>> = { split: 'dataset', index: 'task' };

/** Maximum length of an unknown name that is compared with known ones, in characters. */
const MAX_COMPARED = 64;

/**
 * Parse the options in the data of a reset. `null` is ignored: Python clients send it for an option that is not set.
 * `split` and `index` are accepted for `dataset` and `task`.
 * @param schema the options of all environments
 * @throws {OpenEnvValidationError} for an unknown option, too, with the nearest known one
 */
export function validateReset(
  input: Readonly<Record<string, unknown>>,
  schema: ResetOptionSet['data'],
): z.infer<ResetOptionSet['data']> {
  const options: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(input)) {
    if (value === null) continue;
    const name = OTHER_NAMES[given] ?? given;
    if (name in options || (name !== given && input[name] !== undefined && input[name] !== null)) {
      throw new OpenEnvValidationError([
        told('value_error', [given], `${given} is another name of ${name}: send one of them`, value),
      ]);
    }
    options[name] = value;
  }
  refuseUnknown(options, schema);
  return validate(schema, options);
}

function refuseUnknown(options: Readonly<Record<string, unknown>>, schema: ResetOptionSet['data']): void {
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const unknown = Object.keys(options).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new OpenEnvValidationError(
    unknown.slice(0, MAX_ISSUES).map((name) => {
      const nearest = nearestKey(name.slice(0, MAX_COMPARED), [...known, ...Object.keys(OTHER_NAMES)]);
      const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
      return told('extra_forbidden', [name], `There is no such option of a reset${hint}`, options[name]);
    }),
  );
}
