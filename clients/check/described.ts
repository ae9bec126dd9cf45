import { Broken, ensure } from './broken.ts';
import type { CheckedServer, Subject } from './subject.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/** An option of a reset, as the server describes it. */
export interface DescribedOption {
  readonly name: string;
  readonly description: string;
  /** Its values, if they are listed. */
  readonly values: readonly unknown[] | null;
  /** An example of a value. */
  readonly example: unknown;
  /** A value of another kind. */
  readonly wrong: unknown;
}

/** How a server describes an environment: its observation and its reset options. */
export interface Described {
  /** The fields of an observation. */
  readonly observation: JsonSchema;
  readonly options: readonly DescribedOption[];
}

/** Keys of a reset that are not options of the environment. */
const NOT_OPTIONS: ReadonlySet<string> = new Set(['seed', 'episode_id']);

/** Whether an observation has an exit status; 0 means success. */
export function tellsStatus({ observation }: Described): boolean {
  const { properties = {} } = observation;
  return isObject(properties) && Object.hasOwn(properties, 'exit_code');
}

/** Read the description from the routes of OpenEnv. @throws {Broken} it is missing or malformed */
export async function describedBy({ server, environment }: Subject): Promise<Described> {
  const [schema, options] = await Promise.all([
    fetched(server, `openenv/${environment}/schema`),
    optionsOf(server, environment),
  ]);
  return { observation: at(schema, 'observation'), options };
}

/** Options of other environments of the server that this one does not describe. */
export async function foreignOptions(subject: Subject, { options }: Described): Promise<DescribedOption[]> {
  const own = new Set(options.map(({ name }) => name));
  const foreign = new Map<string, DescribedOption>();
  for (const { id } of await subject.client.environments()) {
    for (const option of await optionsOf(subject.server, id)) {
      if (!own.has(option.name)) foreign.set(option.name, option);
    }
  }
  return [...foreign.values()];
}

async function optionsOf(server: CheckedServer, environment: string): Promise<DescribedOption[]> {
  const api = await fetched(server, `openenv/${environment}/openapi.json`);
  const body = at(api, 'paths', '/reset', 'post', 'requestBody', 'content', 'application/json', 'schema');
  return Object.entries(at(body, 'properties'))
    .filter(([name]) => !NOT_OPTIONS.has(name))
    .map(([name, option]) => describedOption(name, isObject(option) ? option : {}));
}

function describedOption(name: string, schema: JsonSchema): DescribedOption {
  const { description, anyOf } = schema;
  const kinds = Array.isArray(anyOf) ? anyOf.filter(isObject) : [schema];
  const listed = kinds.find(({ enum: values }) => Array.isArray(values))?.enum;
  const [kind = {}] = kinds;
  return {
    name,
    description: typeof description === 'string' ? description : '',
    values: Array.isArray(listed) ? listed : null,
    example: exampleOf(kind),
    wrong: kinds.some(({ type }) => type === 'array') ? 0 : [],
  };
}

function exampleOf({ type, enum: values, minimum }: JsonSchema): unknown {
  if (Array.isArray(values)) return values[0];
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return minimum ?? 1;
  if (type === 'array') return ['value'];
  return type === 'object' ? { part: 1 } : 'value';
}

async function fetched({ url, token }: CheckedServer, path: string): Promise<unknown> {
  const address = new URL(path, baseOf(url));
  const remedy = 'see that the server serves it; `protocol/README.md` says what it is';
  try {
    const response = await fetch(address, { headers: authorization(token) });
    ensure(response.ok, `${address.pathname} answers with status ${response.status}`, remedy);
    return await response.json();
  } catch (cause) {
    if (cause instanceof Broken) throw cause;
    throw new Broken(`${address.pathname} cannot be read`, remedy, { cause });
  }
}

/** Headers with the token, if there is one. */
export function authorization(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** The HTTP address of a server, from an HTTP or WebSocket address. */
export function baseOf(url: string): URL {
  return new URL('/', url.replace(/^ws/, 'http'));
}

function at(value: unknown, ...keys: readonly string[]): JsonSchema {
  let found = value;
  for (const key of keys) found = isObject(found) ? found[key] : undefined;
  ensure(
    isObject(found),
    `its description has no ${keys.join('.')}`,
    'describe observation and options by schemas; the server writes these routes from them',
  );
  return found;
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
