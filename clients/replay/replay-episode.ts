import { createHash } from 'node:crypto';
import type { EvaluateResult, Observation, StepResult } from '../../protocol/episode.ts';
import { canonicalJson } from '../../protocol/trajectory.ts';
import type { StepwellClient } from '../typescript/client.ts';
import type { Episode } from '../typescript/episode.ts';
import { EpisodeOverError } from '../typescript/errors.ts';
import type { PlayedEvent, Trajectory } from './trajectory-file.ts';

/** A value that differs between recording and replay. */
export interface Difference {
  /** `reset`, `step 3`, `evaluate after step 3`, `file`. */
  readonly where: string;
  /** E.g. `observation.output` or `reward`. */
  readonly field: string;
  readonly recorded: unknown;
  readonly replayed: unknown;
}

/** What a replay found. */
export interface Replay {
  readonly steps: number;
  readonly differences: readonly Difference[];
  /** Remarks that are not differences: another engine, an incomplete line. */
  readonly notes: readonly string[];
}

/** Repeat a trajectory's actions with its options, and compare everything but durations. */
export async function replayEpisode(client: StepwellClient, trajectory: Trajectory): Promise<Replay> {
  const { reset, events, close } = trajectory;
  const notes: string[] = [];
  if (trajectory.torn) notes.push('the last line is incomplete and was left out');
  else if (!close) notes.push('there is no close event: the episode was open when its server stopped');
  const { environment, options, info, task } = reset;
  // Durations differ in a replay, so an episode that ran out of time is graded after the same step instead.
  // A replay is not one of the episodes that its tags name.
  const { max_duration_ms: limited, queue_timeout_ms: _wait, tags: _tags, ...untimed } = options;
  if (limited !== undefined)
    notes.push(`recorded with ${limited} ms for the episode, replayed without a limit`);
  await using episode = await client.reset({ ...untimed, environment, task: task.id, seed: info.seed });
  const differences = [...fileDifferences(trajectory), ...resetDifferences(trajectory, episode)];
  if (episode.info.engine !== info.engine || episode.info.isolation !== info.isolation) {
    const was = `${info.engine} (${info.isolation})`;
    notes.push(`recorded on ${was}, replayed on ${episode.info.engine} (${episode.info.isolation})`);
  }
  let steps = 0;
  for (const event of events) {
    try {
      differences.push(...(await replayEvent(episode, event)));
    } catch (error) {
      if (!(error instanceof EpisodeOverError)) throw error;
      differences.push(difference(place(event), 'episode', 'open', 'over'));
      break;
    }
    if (event.event === 'step') steps++;
  }
  return { steps, differences, notes };
}

async function replayEvent(episode: Episode, event: PlayedEvent): Promise<Difference[]> {
  const where = place(event);
  if (event.event === 'undo') {
    const { step_count } = await episode.undo(event.steps);
    return compare(where, 'step_count', event.to_step, step_count);
  }
  const gradeNow = async () => gradeDifferences(where, event, await episode.evaluate());
  if (event.event === 'evaluate') return gradeNow();
  if (event.event === 'limit') return event.info.reward_components === undefined ? [] : gradeNow();
  const result: StepResult = await episode.step(event.action);
  if (event.info.limit === 'time') {
    const seen = observationDifferences(where, event.observation, result.observation);
    return event.info.reward_components === undefined ? seen : [...seen, ...(await gradeNow())];
  }
  return [
    ...observationDifferences(where, event.observation, result.observation),
    ...compare(where, 'terminated', event.terminated, result.terminated),
    ...compare(where, 'truncated', event.truncated, result.truncated),
    ...compare(where, 'info.action_executed', event.info.action_executed, result.info.action_executed),
    ...gradeDifferences(where, event, result),
  ];
}

function gradeDifferences(
  where: string,
  recorded: Pick<EvaluateResult, 'reward' | 'failure' | 'info'>,
  replayed: Pick<EvaluateResult, 'reward' | 'failure' | 'info'>,
): Difference[] {
  const was = recorded.info.reward_components ?? {};
  const is = replayed.info.reward_components ?? {};
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return [
    ...compare(where, 'reward', recorded.reward, replayed.reward),
    ...compare(where, 'info.success', recorded.info.success, replayed.info.success),
    ...names.flatMap((name) => compare(where, `info.reward_components.${name}`, was[name], is[name])),
    ...compare(where, 'failure', recorded.failure?.code ?? null, replayed.failure?.code ?? null),
  ];
}

function observationDifferences(where: string, recorded: Observation, replayed: Observation): Difference[] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(replayed)])];
  return names.flatMap((name) => compare(where, `observation.${name}`, recorded[name], replayed[name]));
}

function resetDifferences({ reset }: Trajectory, episode: Episode): Difference[] {
  return [
    ...compare('reset', 'task.id', reset.task.id, episode.task.id),
    ...compare('reset', 'task.index', reset.task.index, episode.task.index),
    ...compare('reset', 'task.dataset', reset.task.dataset, episode.task.dataset),
    ...compare('reset', 'task.instruction', reset.task.instruction, episode.task.instruction),
    ...compare('reset', 'image.name', reset.info.image.name, episode.info.image.name),
    ...compare('reset', 'image.digest', reset.info.image.digest, episode.info.image.digest),
    ...observationDifferences('reset', reset.observation, episode.observation),
  ];
}

/** Signs that a file was changed after it was written. */
function fileDifferences({ reset, events, close }: Trajectory): Difference[] {
  const steps = events.filter((event) => event.event === 'step');
  const hashed = [
    { where: 'reset', event: reset },
    ...steps.map((event) => ({ where: place(event), event })),
  ];
  const found = hashed.flatMap(({ where, event }) => {
    const hash = createHash('sha256').update(canonicalJson(event.observation)).digest('hex');
    return compare(`file, ${where}`, 'observation_sha256', event.observation_sha256, hash);
  });
  const { numbers, count } = stepNumbers(events);
  return [...found, ...numbers, ...(close ? compare('file, close', 'steps', close.steps, count) : [])];
}

/** Steps are numbered in their order; after an undo the numbers go on from the steps that are left. */
function stepNumbers(events: readonly PlayedEvent[]) {
  const numbers: Difference[] = [];
  let count = 0;
  for (const event of events) {
    if (event.event === 'undo') {
      numbers.push(...compare(`file, ${place(event)}`, 'to_step', event.to_step, count - event.steps));
      count = event.to_step;
    }
    if (event.event !== 'step') continue;
    count += 1;
    numbers.push(...compare(`file, ${place(event)}`, 'step', event.step, count));
  }
  return { numbers, count };
}

function place(event: PlayedEvent): string {
  if (event.event === 'undo') return `undo to step ${event.to_step}`;
  return event.event === 'step' ? `step ${event.step}` : `${event.event} after step ${event.after_step}`;
}

function compare(where: string, field: string, recorded: unknown, replayed: unknown): Difference[] {
  const same = canonicalJson(recorded ?? null) === canonicalJson(replayed ?? null);
  return same ? [] : [difference(where, field, recorded, replayed)];
}

function difference(where: string, field: string, recorded: unknown, replayed: unknown): Difference {
  return { where, field, recorded: recorded ?? null, replayed: replayed ?? null };
}
