import { z } from 'zod';
import { CommonOptions } from '../protocol/episode.ts';
import { type OptionOwner, ResetOptionSet } from './reset-options.ts';

/** A reset option as a flag of a command line. */
export interface OptionFlag {
  /** Its name on the wire, e.g. `max_turns`. */
  readonly name: string;
  /** Whether environments define it: it is not a common option. */
  readonly isOwn: boolean;
  /** A `choice` is one of `values`; a `switch` is true if it is there; a `text` is free, `texts` are several with commas between; no flag can give a `json` value. */
  readonly kind: 'integer' | 'number' | 'switch' | 'choice' | 'text' | 'texts' | 'json';
  readonly values: readonly string[];
  /** Lowest and highest number. */
  readonly range: readonly [min: number, max: number];
  /** For a person, with the environments that have it if not all have it. */
  readonly description: string;
}

/** The keys of an option's JSON Schema that are needed here. */
interface OptionSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: { readonly type?: string };
}

function kindOf({ type, enum: values, items }: OptionSchema): OptionFlag['kind'] {
  if (values?.every((value) => typeof value === 'string')) return 'choice';
  if (type === 'boolean') return 'switch';
  if (type === 'integer' || type === 'number') return type;
  if (type === 'array' && items?.type === 'string') return 'texts';
  return type === 'string' ? 'text' : 'json';
}

/** Every option that a reset of these environments takes, the common ones first, as flags. */
export function optionFlags(environments: readonly OptionOwner[]): OptionFlag[] {
  const set = new ResetOptionSet(environments);
  const { properties = {} } = z.toJSONSchema(set.schema, { io: 'input' }) as {
    readonly properties?: Readonly<Record<string, OptionSchema>>;
  };
  return Object.entries(properties).map(([name, schema]) => {
    const isOwn = !(name in CommonOptions.shape);
    const owners = isOwn ? set.ownersOf(name) : null;
    const meaning = set.meaningOf(name).replaceAll('`', '');
    // Meanings that differ have their owners already.
    const isNamed = owners === null || owners.some((id) => meaning.startsWith(`${id}: `));
    return {
      name,
      isOwn,
      kind: kindOf(schema),
      values: (schema.enum ?? []).map(String),
      range: [schema.minimum ?? Number.MIN_SAFE_INTEGER, schema.maximum ?? Number.MAX_SAFE_INTEGER],
      description: isNamed ? meaning : `${owners.join(', ')}: ${meaning}`,
    };
  });
}
