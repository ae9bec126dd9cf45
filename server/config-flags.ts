import type { z } from 'zod';
import { Config, ConfigError, type ConfigInput, createConfig, flagOf } from './config.ts';

/** One setting as the command line and the README show it. */
export interface ConfigFlag {
  readonly key: keyof Config;
  /** E.g. `--step-timeout-ms`. */
  readonly flag: string;
  /** What stands after the flag, e.g. `<number>`; empty for a switch. */
  readonly placeholder: string;
  /** Default as a person would type it. */
  readonly default: string;
  readonly description: string;
}

type Kind = 'number' | 'string' | 'boolean' | 'enum' | 'record' | 'array';

interface Field {
  readonly kind: Kind;
  /** Values of an enum, or the kind of a record's values. */
  readonly detail: readonly string[];
  readonly fallback: unknown;
}

/** The parts of a zod definition that are read here. */
interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly defaultValue?: unknown;
  readonly entries?: Readonly<Record<string, string>>;
  readonly valueType?: z.ZodType;
}

function definition(schema: z.ZodType): Definition {
  return schema.def as Definition;
}

function fieldOf(schema: z.ZodType): Field {
  let def = definition(schema);
  const fallback = def.defaultValue;
  while (def.innerType !== undefined) def = definition(def.innerType);
  const detail =
    def.valueType !== undefined ? [definition(def.valueType).type] : Object.keys(def.entries ?? {});
  return { kind: def.type as Kind, detail, fallback };
}

const FIELDS = new Map<string, Field>(
  Object.entries(Config.shape).map(([key, schema]) => [key, fieldOf(schema)]),
);

const PLACEHOLDERS: Readonly<Record<Kind, string>> = {
  number: '<number>',
  string: '<text>',
  boolean: '',
  enum: '',
  record: '<name=value,…>',
  array: '<text,…>',
};

function show(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, entry]) => `${name}=${entry}`)
      .join(',');
  }
  return String(value);
}

/** Every setting, in the schema's order. */
export function configFlags(): ConfigFlag[] {
  return Object.entries(Config.shape).map(([key, schema]) => {
    const field = fieldOf(schema);
    return {
      key: key as keyof Config,
      flag: flagOf(key),
      placeholder: field.kind === 'enum' ? `<${field.detail.join('|')}>` : PLACEHOLDERS[field.kind],
      default: show(field.fallback),
      description: schema.description ?? '',
    };
  });
}

function fault(key: string, text: string, expected: string): ConfigError {
  return new ConfigError(`${flagOf(key)} ${text}: expected ${expected}`);
}

function toNumber(key: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw fault(key, text, 'a number');
  return value;
}

function toEntry(key: string, text: string, field: Field): [string, string | number] {
  const at = text.indexOf('=');
  if (at <= 0) throw fault(key, text, 'name=value, e.g. bash-v1=8');
  const value = text.slice(at + 1);
  return [text.slice(0, at), field.detail[0] === 'number' ? toNumber(key, value) : value];
}

/** One setting's texts, in the order given, as the value that the schema takes. */
function toValue(key: string, texts: readonly string[], field: Field): unknown {
  const last = texts.at(-1) ?? '';
  const items = (): string[] => texts.flatMap((text) => text.split(',')).filter((item) => item !== '');
  switch (field.kind) {
    case 'number':
      return toNumber(key, last);
    case 'boolean':
      if (last === 'true' || last === '1') return true;
      if (last === 'false' || last === '0') return false;
      throw fault(key, last, 'true or false');
    case 'record':
      return Object.fromEntries(items().map((item) => toEntry(key, item, field)));
    case 'array':
      return items();
    default:
      return last;
  }
}

/** Texts by flag, `--name value`, `--name=value` or a bare switch. */
function readArguments(argv: readonly string[]): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('--')) throw new ConfigError(`${word}: expected a flag, e.g. --port 8765`);
    const at = word.indexOf('=');
    const key = word.slice(2, at < 0 ? undefined : at).replaceAll('-', '_');
    const field = FIELDS.get(key);
    if (field === undefined) {
      throw new ConfigError(`${flagOf(key)}: no such setting; \`stepwell serve --help\` lists them`);
    }
    const bare = field.kind === 'boolean' && (rest[0] === undefined || rest[0].startsWith('--'));
    const value = at >= 0 ? word.slice(at + 1) : bare ? 'true' : rest.shift();
    if (value === undefined) throw new ConfigError(`${flagOf(key)}: a value must follow`);
    texts.set(key, [...(texts.get(key) ?? []), value]);
  }
  return texts;
}

/**
 * Settings from the command line over those from the environment (`STEPWELL_PORT` for `--port`, and so on) over the
 * defaults.
 * @throws {ConfigError} naming the flag and the remedy
 */
export function parseConfig(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Config {
  const texts = readArguments(argv);
  const input: Record<string, unknown> = {};
  for (const [key, field] of FIELDS) {
    const inherited = env[`STEPWELL_${key.toUpperCase()}`];
    const given = texts.get(key) ?? (inherited === undefined ? undefined : [inherited]);
    if (given !== undefined) input[key] = toValue(key, given, field);
  }
  return createConfig(input as ConfigInput);
}
