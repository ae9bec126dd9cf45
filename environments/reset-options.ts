import { z } from 'zod';
import { CommonOptions, EpisodeId, type ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { ManyOptions } from '../protocol/many.ts';
import type { OptionsOf, Shape } from './definition.ts';

/** An environment with the options that are its own. */
export interface OptionOwner {
  readonly id: string;
  readonly options: Shape;
}

/** The schema without `optional` and `default`. */
function bare(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return bare(schema.unwrap() as z.ZodType);
  return schema;
}

/** The description of an option, even if `.optional()`, `.transform()` or the like follows it. */
function descriptionOf(schema: z.ZodType): string {
  if (schema.description !== undefined) return schema.description;
  if (schema instanceof z.ZodPipe)
    return descriptionOf(schema.in as z.ZodType) || descriptionOf(schema.out as z.ZodType);
  const inner = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault ? schema.unwrap() : null;
  return inner === null ? '' : descriptionOf(inner as z.ZodType);
}

/** The values of an enum option; `null` for other options. */
function textsOf(schema: z.ZodType): readonly string[] | null {
  const inner = bare(schema);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : null;
}

/** One schema for options of several environments with the same name. Each environment parses its own. */
function merged(schemas: readonly z.ZodType[]): z.ZodType {
  const [first = z.unknown(), ...others] = [...new Set(schemas.map(bare))];
  if (others.length === 0) return first.optional();
  const texts = [first, ...others].map(textsOf);
  if (texts.every((values) => values !== null)) return z.enum([...new Set(texts.flat())]).optional();
  return z.union([first, ...others]).optional();
}

/** Checks a value without changing it: only its environment uses what the schema makes of it. */
function checkOf(schema: z.ZodType): z.ZodType {
  return z
    .unknown()
    .superRefine((value, context) => {
      for (const issue of schema.safeParse(value).error?.issues ?? []) context.addIssue({ ...issue });
    })
    .optional();
}

function refusal(option: string, message: string, facts: Record<string, unknown>): ProtocolError {
  return new ProtocolError('invalid_params', `${option}: ${message}`, {
    issues: [{ field: option, code: 'invalid', message }],
    ...facts,
  });
}

/** The options of a reset as the schemas of their environment make them; those that it does not define stay as they are. */
export type ParsedOptions<S extends Shape> = OptionsOf<S> & ResetOptions;

/**
 * A parser for the options of an environment's resets.
 * @throws {ProtocolError} `invalid_params` for the first invalid option, when it is called
 */
export function optionParser<S extends Shape>(shape: S): (options: ResetOptions) => ParsedOptions<S> {
  const schema = z.looseObject(shape);
  return (options) => {
    const { data, error } = schema.safeParse(options);
    if (error === undefined) return data as ParsedOptions<S>;
    const [{ path, message } = { path: [], message: error.message }] = error.issues;
    throw refusal(path.map(String).join('.'), message, {});
  };
}

/** The reset options of a server: the common ones, and those that only some of its environments have. */
export class ResetOptionSet {
  readonly #environments: readonly OptionOwner[];
  readonly #own: ReadonlyMap<string, z.ZodType>;
  /** Of all options of all environments. */
  readonly schema: z.ZodObject;
  /** Of the parameters of `episode/reset`; unknown keys are refused. Options of environments stay as they were sent. */
  readonly params: z.ZodType;
  /** Of the parameters of `episode/reset_many`; unknown keys are refused. */
  readonly manyParams: z.ZodType;
  /** Of the data of OpenEnv's reset; unknown keys are dropped. Options of environments stay as they were sent. */
  readonly data: z.ZodType<ResetOptions & { readonly episode_id?: string | undefined }>;

  constructor(environments: readonly OptionOwner[]) {
    this.#environments = environments;
    const names = new Set(environments.flatMap(({ options }) => Object.keys(options)));
    this.#own = new Map(
      [...names].map((name) => [name, merged(environments.flatMap(({ options }) => options[name] ?? []))]),
    );
    this.schema = z.object({ ...CommonOptions.shape, ...Object.fromEntries(this.#own) });
    const checks = [...this.#own].map(([name, schema]) => [name, checkOf(schema)] as const);
    const data = CommonOptions.extend({ ...Object.fromEntries(checks), episode_id: EpisodeId.optional() });
    this.params = data.extend({ environment: z.string().min(1) }).strict();
    this.manyParams = CommonOptions.extend({ ...Object.fromEntries(checks), ...ManyOptions.shape })
      .extend({ environment: z.string().min(1) })
      .strict();
    this.data = data as unknown as typeof this.data;
  }

  /** Ids of the environments that have an option; `null` if all have it. */
  ownersOf(option: string): readonly string[] | null {
    if (!this.#own.has(option)) return null;
    const owners = this.#environments.filter(({ options }) => option in options);
    return owners.length === this.#environments.length ? null : owners.map(({ id }) => id);
  }

  /** The values of an option that an environment accepts; `null` if it accepts all values of the schema. */
  valuesOf(option: string, environment: string): readonly string[] | null {
    const own = this.#environments.find(({ id }) => id === environment)?.options[option];
    const all = this.#own.get(option);
    const values = own === undefined ? null : textsOf(own);
    const taken = all === undefined ? null : textsOf(all);
    return values !== null && taken !== null && values.length === taken.length ? null : values;
  }

  /** The meaning of an option; per environment if their descriptions differ. */
  meaningOf(option: string): string {
    const common: Shape = CommonOptions.shape;
    if (common[option] !== undefined) return descriptionOf(common[option]);
    const meanings = this.#environments.flatMap(({ id, options }) => {
      const schema = options[option];
      return schema === undefined ? [] : [{ id, text: descriptionOf(schema) }];
    });
    const [first, ...others] = new Set(meanings.map(({ text }) => text));
    if (others.length === 0) return first ?? '';
    return meanings.map(({ id, text }) => `\`${id}\`: ${text}`).join(' ');
  }

  /** @throws {ProtocolError} `invalid_params` for the first option, or value of one, that the environment does not have */
  refuseForeign(environment: string, options: ResetOptions): void {
    for (const option of this.#own.keys()) {
      const value = options[option];
      if (value === undefined) continue;
      const owners = this.ownersOf(option);
      if (owners !== null && !owners.includes(environment)) {
        const message = `${environment} does not have this option; ${owners.join(' and ')} ${owners.length > 1 ? 'have' : 'has'} it`;
        throw refusal(option, message, { environments: owners });
      }
      const values = this.valuesOf(option, environment);
      if (values !== null && !values.includes(String(value))) {
        const message = `${environment} takes ${values.join(', ')}, not ${JSON.stringify(value)}`;
        throw refusal(option, message, { values });
      }
    }
  }
}
