import { randomUUID } from 'node:crypto';
import type { EnvironmentEpisode } from '../../environments/environment.ts';
import type { ResetOptions, ResetResult } from '../../protocol/episode.ts';
import { type ResetEvent, TRAJECTORY_VERSION } from '../../protocol/trajectory.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../../protocol/version.ts';
import { TurnBudget } from '../episode/turn-budget.ts';
import { observationHash } from '../trajectory/log.ts';

/** What a reset has found for its episode. */
export interface ResetFacts {
  readonly play: EnvironmentEpisode;
  /** Time in the queue for a sandbox, in milliseconds. */
  readonly queueMs: number;
  /** The seed in use. */
  readonly seed: number;
}

/** What a reset returns, with a new resume token. @param node name of this server, which the token begins with */
export function resetResult(
  id: string,
  options: ResetOptions,
  { play, queueMs, seed }: ResetFacts,
  node: string,
): ResetResult {
  const { initial, sandbox, task } = play;
  const { index, dataset, instruction } = task;
  return {
    episode_id: id,
    // Node draws the randomness of many UUIDs at once: a draw for each takes 40 µs.
    resume_token: `${node}.${randomUUID()}`,
    task: { id: task.id, index, dataset, instruction },
    observation: new TurnBudget(options).reminded(initial.observation, 0),
    info: {
      duration_ms: initial.durationMs,
      queue_ms: queueMs,
      seed,
      image: { name: sandbox.image.name, digest: sandbox.image.digest },
      engine: sandbox.engine,
      isolation: sandbox.isolation,
      ...initial.info,
    },
  };
}

/**
 * The first line of an episode's trajectory. It has the hash of the token in its place.
 * @param facts `server` is the mark of this one, `sandbox` the reference of the sandbox, `fork` the state that the episode
 * begins in; each may be missing
 */
export async function resetEvent(
  { episode_id, info, observation, task }: ResetResult,
  {
    environment,
    fork,
    options,
    resume_token_sha256,
    sandbox,
    server,
  }: Pick<ResetEvent, 'environment' | 'fork' | 'options' | 'resume_token_sha256' | 'sandbox' | 'server'>,
): Promise<ResetEvent> {
  return {
    event: 'reset',
    version: TRAJECTORY_VERSION,
    time: new Date().toISOString(),
    episode_id,
    environment,
    options,
    task,
    observation,
    observation_sha256: await observationHash(observation),
    info,
    protocol_version: PROTOCOL_VERSION,
    stepwell_version: STEPWELL_VERSION,
    resume_token_sha256,
    ...(server === undefined ? {} : { server }),
    ...(sandbox === undefined ? {} : { sandbox }),
    ...(fork === undefined ? {} : { fork }),
  };
}
