import type { ResetOptions } from '../protocol/episode.ts';
import { ProtocolError } from '../protocol/errors.ts';

type OptionName = keyof ResetOptions;

/** Environments that have an option, each with the values it takes; `true`: all that the schema takes. */
type Owners = Readonly<Record<string, true | readonly unknown[]>>;

/** The options that only some environments have. Every environment has the others of `ResetOptions`. */
const OWN_OPTIONS: Readonly<Partial<Record<OptionName, Owners>>> = {
  idle_timeout_ms: { 'bash-v1': true, 'python-v1': true },
  dialect: { 'sql-v1': true },
  output: { 'sql-v1': true },
  schema: { 'sql-v1': true },
  max_rows: { 'sql-v1': true },
  scoring: { 'sql-v1': ['execution_match', 'intercode', 'composite'], 'python-v1': ['tests', 'efficiency'] },
  weights: { 'sql-v1': true },
  tests: { 'python-v1': true },
  feedback: { 'python-v1': true },
};

/** Ids of the environments that have an option; `null` where all have it. */
export function ownersOf(option: OptionName): readonly string[] | null {
  const owners = OWN_OPTIONS[option];
  return owners === undefined ? null : Object.keys(owners);
}

/** The values of an option that an environment takes; `null` where it takes all that the schema takes. */
export function valuesOf(option: OptionName, environment: string): readonly unknown[] | null {
  const values = OWN_OPTIONS[option]?.[environment];
  return values === undefined || values === true ? null : values;
}

/** Whether an environment has an option. */
export function hasOption(environment: string, option: OptionName): boolean {
  return ownersOf(option)?.includes(environment) ?? true;
}

function refusal(option: OptionName, message: string, facts: Record<string, unknown>): ProtocolError {
  return new ProtocolError('invalid_params', `${option}: ${message}`, {
    issues: [{ field: option, code: 'invalid', message }],
    ...facts,
  });
}

/** @throws {ProtocolError} `invalid_params` for the first option, or value of one, that the environment does not have */
export function refuseForeignOptions(environment: string, options: ResetOptions): void {
  for (const option of Object.keys(OWN_OPTIONS) as OptionName[]) {
    const value = options[option];
    if (value === undefined) continue;
    if (!hasOption(environment, option)) {
      const owners = ownersOf(option) ?? [];
      const message = `${environment} does not have this option; ${owners.join(' and ')} ${owners.length > 1 ? 'have' : 'has'} it`;
      throw refusal(option, message, { environments: owners });
    }
    const values = valuesOf(option, environment);
    if (values !== null && !values.includes(value)) {
      const message = `${environment} takes ${values.join(', ')}, not ${JSON.stringify(value)}`;
      throw refusal(option, message, { values });
    }
  }
}
