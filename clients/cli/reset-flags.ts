import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OptionFlag } from '../../environments/option-flags.ts';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { Params } from '../../protocol/methods.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { datasetPlaces } from './dataset-places.ts';
import { choice, integer, taskOf } from './flags.ts';
import type { Terminal } from './terminal.ts';

/** Values of the flags for reset options, by commander's names, e.g. `maxTurns`. */
export interface ResetFlags {
  readonly environment?: string;
  readonly dataset?: string;
  readonly [flag: string]: unknown;
}

/** The reset options of a server started here. */
export async function resetOptions(terminal: Terminal): Promise<readonly OptionFlag[]> {
  const [{ optionFlags }, { definitions }] = await Promise.all([
    import('../../environments/option-flags.ts'),
    datasetPlaces(terminal),
  ]);
  return optionFlags(definitions);
}

/** Add a flag for each reset option, unless the command has a flag of this name. */
export function addResetFlags(
  command: Command,
  options: readonly OptionFlag[],
  { environmentId }: Cli,
): void {
  command.option(
    '--environment <id>',
    "id of the environment, or its folder (default: the dataset's, else bash-v1)",
    environmentId,
  );
  for (const option of options.map(optionOf)) {
    if (!command.options.some(({ long }) => long === option.long)) command.addOption(option);
  }
}

/** Reads the flags for the options of one environment. */
export interface OwnFlags {
  /**
   * What the flags give, by the options' names.
   * @throws {ProtocolError} `invalid_params` for an option, or a value of one, that the environment does not have
   */
  given(environment: string, flags: ResetFlags): Readonly<Record<string, unknown>>;
}

/** Add a flag for each option that environments define themselves, unless the command has a flag of this name. */
export async function addOwnFlags(command: Command, terminal: Terminal): Promise<OwnFlags> {
  const [{ optionFlags }, { ResetOptionSet, optionParser }, { definitions }] = await Promise.all([
    import('../../environments/option-flags.ts'),
    import('../../environments/reset-options.ts'),
    datasetPlaces(terminal),
  ]);
  const added: OptionFlag[] = [];
  for (const option of optionFlags(definitions).filter(({ isOwn }) => isOwn)) {
    const flag = optionOf(option);
    if (command.options.some(({ long }) => long === flag.long)) continue;
    command.addOption(flag);
    added.push(option);
  }
  const set = new ResetOptionSet(definitions);
  return {
    given: (environment, flags) => {
      const options = givenOptions(flags, added);
      set.refuseForeign(environment, options);
      optionParser(definitions.find(({ id }) => id === environment)?.options ?? {})(options);
      return options;
    },
  };
}

/** The options that the flags give, by their names. */
function givenOptions(flags: ResetFlags, options: readonly OptionFlag[]): Record<string, unknown> {
  const given = options.map((option) => [option.name, flags[optionOf(option).attributeName()]] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** The flag of an option. */
export function optionOf({ name, kind, values, range, description }: OptionFlag): Option {
  const flag = `--${name.replaceAll('_', '-')}`;
  if (name === 'task') return new Option(`${flag} <task>`, description).argParser(taskOf);
  switch (kind) {
    case 'choice':
      return choice(flag, values, description);
    case 'switch':
      return new Option(flag, description);
    case 'integer':
      return new Option(`${flag} <number>`, description).argParser(integer(...range));
    case 'number':
      return new Option(`${flag} <number>`, description).argParser(Number);
    case 'json':
      return new Option(`${flag} <json>`, description).argParser(jsonOf);
    case 'texts':
      return new Option(`${flag} <text,…>`, description).argParser((text: string) => text.split(','));
    case 'text':
      return new Option(`${flag} <text>`, description);
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError('Give JSON.');
  }
}

export const DEFAULT_ENVIRONMENT = 'bash-v1';

/**
 * The environment that the flags name, or else the one that has the dataset.
 * @throws {CommandError} no environment has the dataset
 */
export async function environmentOf(
  { environment, dataset }: Pick<ResetFlags, 'environment' | 'dataset'>,
  environments: () => Promise<readonly EnvironmentInfo[]>,
): Promise<string> {
  if (environment !== undefined) return environment;
  if (dataset === undefined) return DEFAULT_ENVIRONMENT;
  const all = await environments();
  const owner = all.find(({ datasets }) => datasets.some(({ name }) => name === dataset));
  if (owner !== undefined) return owner.id;
  const known = [...new Set(all.flatMap(({ datasets }) => datasets.map(({ name }) => name)))].join(', ');
  throw new CommandError(
    `--dataset: no environment has a dataset "${dataset}"; there are ${known}; \`stepwell import --help\` says which can be imported`,
  );
}

export function resetParams(
  flags: ResetFlags,
  options: readonly OptionFlag[],
  environment: string,
): Params<'episode/reset'> {
  return { ...givenOptions(flags, options), environment };
}
