import type { Command } from 'commander';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import {
  Dialect,
  RewardMode,
  RowFormat,
  Scoring,
  Semantics,
  TestVisibility,
} from '../../protocol/episode.ts';
import type { Params } from '../../protocol/methods.ts';
import { CommandError } from './command-error.ts';
import { choice, integer, taskOf } from './flags.ts';

/** Options of an episode as flags; each of them is described in the protocol's table. */
export interface ResetFlags {
  readonly environment?: string;
  readonly dataset?: string;
  readonly split?: string;
  readonly task?: number | string;
  readonly seed?: number;
  readonly semantics?: Semantics;
  readonly reward?: RewardMode;
  readonly maxTurns?: number;
  readonly maxDurationMs?: number;
  readonly includeUngradable?: boolean;
  readonly scoring?: Scoring;
  readonly dialect?: Dialect;
  readonly output?: RowFormat;
  readonly schema?: boolean;
  readonly maxRows?: number;
  readonly tests?: TestVisibility;
  readonly feedback?: boolean;
}

export function addResetFlags(command: Command): void {
  command
    .option('--environment <id>', "id of the environment (default: the dataset's, else bash-v1)")
    .option('--dataset <name>', 'name of a dataset (default: the built-in tasks)')
    .option('--split <name>', 'part of the dataset (default: all of it)')
    .option('--task <task>', 'index from 0, or id, of the task (default: the seed decides)', taskOf)
    .option('--seed <number>', 'the same seed gives the same task (default: a random one)', integer(0))
    .addOption(choice('--semantics', Semantics.options, 'what an action means (default: native)'))
    .addOption(choice('--reward', RewardMode.options, 'when to grade (default: on_end)'))
    .option('--max-turns <number>', 'steps after which the episode ends (default: no limit)', integer(1))
    .option(
      '--max-duration-ms <number>',
      'milliseconds after which the episode ends (default: no limit)',
      integer(1),
    )
    .option('--include-ungradable', 'play tasks too that cannot be graded')
    .addOption(
      choice('--scoring', Scoring.options, "what the reward is made of (default: the environment's)"),
    )
    .addOption(choice('--dialect', Dialect.options, "SQL: the database (default: the dataset's)"))
    .addOption(choice('--output', RowFormat.options, 'SQL: how rows are shown (default: table)'))
    .option('--schema', 'SQL: add tables and columns to the instruction')
    .option('--max-rows <number>', 'SQL: most rows of a result (default: 1000)', integer(0, 1_000_000))
    .addOption(choice('--tests', TestVisibility.options, 'Python: what is told of the tests'))
    .option('--feedback', 'Python: say which test failed and why');
}

export const DEFAULT_ENVIRONMENT = 'bash-v1';

/**
 * The environment that flags mean: the one that they name, else the one that has the dataset.
 * @throws {CommandError} no environment has it
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

export function resetParams(flags: ResetFlags, environment: string): Params<'episode/reset'> {
  const { dataset, split, task, seed, semantics, reward, maxTurns, maxDurationMs } = flags;
  const { scoring, dialect, output, schema, maxRows, tests, feedback, includeUngradable } = flags;
  return {
    environment,
    dataset,
    split,
    task,
    seed,
    semantics,
    reward,
    max_turns: maxTurns,
    max_duration_ms: maxDurationMs,
    include_ungradable: includeUngradable,
    scoring,
    dialect,
    output,
    schema,
    max_rows: maxRows,
    tests,
    feedback,
  };
}
