import { z } from 'zod';

/** The parts of a value's JSON Schema that its limits are in. */
interface Limits {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The one value of a literal. */
  readonly const?: unknown;
  /** For a value with several forms, e.g. a number or null. */
  readonly anyOf?: readonly Limits[];
  /** Of a record's values. */
  readonly additionalProperties?: Limits;
  /** Of a list's items. */
  readonly items?: Limits;
}

const COUNTS: Readonly<Record<string, string>> = { string: 'character', array: 'item' };

function limitsAt(schema: z.ZodType, path: readonly PropertyKey[]): Limits {
  let limits: Limits = z.toJSONSchema(schema, { io: 'input' }) as Limits;
  for (const _key of path) limits = limits.additionalProperties ?? limits.items ?? {};
  return limits.anyOf?.find(({ type }) => type !== 'null') ?? limits;
}

/** Words that a setting takes instead of a number, each with `or`. */
function wordsIn(schema: z.ZodType): string {
  const { anyOf = [] } = z.toJSONSchema(schema, { io: 'input' }) as Limits;
  return anyOf.map((form) => (typeof form.const === 'string' ? ` or ${form.const}` : '')).join('');
}

function numberWithin({ type, minimum, maximum = Number.MAX_SAFE_INTEGER }: Limits): string {
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const from = minimum === undefined ? '' : ` from ${minimum}`;
  return `${kind}${from}${maximum === Number.MAX_SAFE_INTEGER ? '' : ` to ${maximum}`}`;
}

/** What a setting should be, for a person. @param schema of the setting @param issue of a value; its path begins with the name */
export function settingIssue(schema: z.ZodType, issue: z.core.$ZodIssue): string {
  const limits = limitsAt(schema, issue.path.slice(1));
  if (limits.type === 'integer' || limits.type === 'number') {
    return `expected ${numberWithin(limits)}${wordsIn(schema)}`;
  }
  const unit = 'origin' in issue ? COUNTS[issue.origin] : undefined;
  switch (issue.code) {
    case 'too_small':
      return `expected at least ${issue.minimum} ${unit}${issue.minimum === 1 ? '' : 's'}`;
    case 'invalid_value':
      return `expected ${issue.values.slice(0, -1).join(', ')} or ${String(issue.values.at(-1))}`;
    case 'invalid_format':
      return issue.format === 'url' ? 'expected an address, e.g. https://example.org' : issue.message;
    default:
      return issue.message;
  }
}
