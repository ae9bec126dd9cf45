import { type Command, InvalidArgumentError } from 'commander';
import { TrajectoryFilter } from '../../../protocol/operator.ts';

/** The flags of a filter, by commander's names. */
export interface FilterFlags {
  readonly environment?: string;
  readonly dataset?: string;
  readonly task?: string;
  readonly tag?: string;
  readonly reward?: string;
  readonly success?: boolean;
  readonly failure?: string | boolean;
  readonly since?: string;
  readonly until?: string;
  readonly open?: boolean;
}

/** A part of the filter, checked as the protocol does. */
function part(name: keyof TrajectoryFilter): (text: string) => string {
  return (text) => {
    const checked = TrajectoryFilter.safeParse({ [name]: text });
    if (checked.success) return text;
    const message = checked.error.issues[0]?.message ?? 'it is not valid';
    throw new InvalidArgumentError(`${message.charAt(0).toUpperCase()}${message.slice(1)}.`);
  };
}

export function addFilterFlags(command: Command): void {
  command
    .option('--environment <id>', 'of this environment')
    .option('--dataset <name>', 'of this dataset')
    .option('--task <id>', 'of this task')
    .option('--tag <text>', 'with this tag')
    .option('--reward <comparison>', "with such a reward: '<0.5', '>=0.9', '=1', or none", part('reward'))
    .option('--success', 'that agree with the gold in everything')
    .option('--no-success', 'that do not')
    .option('--failure [code]', 'that a failure ended, or this one')
    .option('--no-failure', 'that no failure ended')
    .option('--since <moment>', 'begun since: a day, a time (UTC), or how long ago: 24h, 7d', part('since'))
    .option('--until <moment>', 'begun before; a day counts as a whole', part('until'))
    .option('--open', 'without an end: the episode is open, or its server was killed');
}

/** The filter that the flags give. */
export function filterOf({
  environment,
  dataset,
  task,
  tag,
  reward,
  success,
  failure,
  since,
  until,
  open,
}: FilterFlags): TrajectoryFilter {
  return { environment, dataset, task, tag, reward, success, failure, since, until, open };
}
