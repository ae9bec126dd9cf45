import { z } from 'zod';
import { Config, ConfigError, type ConfigInput, createConfig, flagOf } from './config.ts';

/** A setting as the command line and the README show it. */
export interface ConfigFlag {
  readonly key: keyof Config;
  /** E.g. `--step-timeout-ms`. */
  readonly flag: string;
  /** The flag's argument, e.g. `<number>`; empty for a switch. */
  readonly placeholder: string;
  /** The default as it would be typed. */
  readonly default: string;
  readonly description: string;
  /**
   * The setting, from the texts that follow its flag; one that is given more than once has several.
   * @throws {ConfigError} naming the flag and the remedy
   */
  read(texts: readonly string[]): unknown;
}

/** The parts of a setting's JSON Schema that are used here. */
interface Setting {
  readonly type?: string;
  readonly enum?: readonly string[];
  /** The one value of a literal. */
  readonly const?: unknown;
  /** For a setting with several forms, e.g. a number or null. */
  readonly anyOf?: readonly Setting[];
  /** Schema of a record's values. */
  readonly additionalProperties?: Setting;
  readonly default?: unknown;
  readonly description?: string;
}

const { properties } = z.toJSONSchema(Config, { io: 'input' }) as {
  readonly properties: Readonly<Record<string, Setting>>;
};
const SETTINGS = new Map(Object.entries(properties));

/** Its JSON type. Null cannot be typed on a command line. */
function typeOf({ type, anyOf = [] }: Setting): string {
  return type ?? anyOf.find((form) => form.type !== 'null')?.type ?? 'string';
}

/** Words that a setting takes instead of its type's values, e.g. `auto`. */
function wordsOf({ anyOf = [] }: Setting): string[] {
  return anyOf.flatMap((form) => (typeof form.const === 'string' ? [form.const] : []));
}

function placeholderOf(setting: Setting): string {
  if (setting.enum !== undefined) return `<${setting.enum.join('|')}>`;
  const placeholder = PLACEHOLDERS[typeOf(setting)] ?? '';
  return [placeholder.slice(0, -1), ...wordsOf(setting)].join('|') + placeholder.slice(-1);
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  integer: '<number>',
  number: '<number>',
  string: '<text>',
  object: '<name=value,…>',
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

/** Every setting, in the order of the schema. */
export function configFlags(): ConfigFlag[] {
  return [...SETTINGS].map(([key, setting]) => ({
    key: key as keyof Config,
    flag: flagOf(key),
    placeholder: placeholderOf(setting),
    default: show(setting.default),
    description: setting.description ?? '',
    read: (texts) => toValue(key, texts, setting),
  }));
}

function fault(key: string, text: string, expected: string): ConfigError {
  return new ConfigError(`${flagOf(key)} ${text}: expected ${expected}`);
}

/** @param words that the setting takes, too */
function toNumber(key: string, text: string, words: readonly string[] = []): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw fault(key, text, ['a number', ...words].join(' or '));
}

function toEntry(key: string, text: string, setting: Setting): [string, string | number] {
  const at = text.indexOf('=');
  if (at <= 0) throw fault(key, text, 'name=value, e.g. bash-v1=8');
  const value = text.slice(at + 1);
  const ofNumbers = setting.additionalProperties?.type === 'integer';
  return [text.slice(0, at), ofNumbers ? toNumber(key, value) : value];
}

/** The items of a text that separates them by commas. A backslash before a comma makes it part of an item. */
export function splitItems(text: string): string[] {
  return text
    .split(/(?<!\\),/)
    .filter((item) => item !== '')
    .map((item) => item.replaceAll('\\,', ','));
}

/** A text that {@link splitItems} takes apart again. */
export function joinedItems(items: readonly string[]): string {
  return items.map((item) => item.replaceAll(',', '\\,')).join(',');
}

/** The value of a setting from its texts, in the order given. */
function toValue(key: string, texts: readonly string[], setting: Setting): unknown {
  const last = texts.at(-1) ?? '';
  const items = (): string[] => texts.flatMap(splitItems);
  const words = wordsOf(setting);
  if (words.includes(last)) return last;
  switch (typeOf(setting)) {
    case 'integer':
    case 'number':
      return toNumber(key, last, words);
    case 'boolean':
      if (last === 'true' || last === '1') return true;
      if (last === 'false' || last === '0') return false;
      throw fault(key, last, 'true or false');
    case 'object':
      return Object.fromEntries(items().map((item) => toEntry(key, item, setting)));
    case 'array':
      return items();
    default:
      return last;
  }
}

/**
 * Settings given by a command. Those that it does not give come from the environment (`STEPWELL_PORT` for `--port`), else
 * from the defaults.
 * @throws {ConfigError} the message names the flag and what to change
 */
export function configOf(given: ConfigInput, env: Readonly<Record<string, string | undefined>> = {}): Config {
  const input: Record<string, unknown> = { ...given };
  for (const [key, setting] of SETTINGS) {
    const inherited = env[`STEPWELL_${key.toUpperCase()}`];
    if (input[key] === undefined && inherited !== undefined) input[key] = toValue(key, [inherited], setting);
  }
  return createConfig(input as ConfigInput);
}
