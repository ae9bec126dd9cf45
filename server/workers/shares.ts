import { availableParallelism } from 'node:os';
import { type Config, ConfigError } from '../config/config.ts';

/** Cores for which `--workers auto` starts a process. */
const CORES_PER_WORKER = 4;

/**
 * Number of processes that serve.
 * @param cores of this machine
 * @throws {ConfigError} more than there can be sandboxes or episodes
 */
export function workerCount(
  { max_episodes, pool_max, workers }: Config,
  cores: number = availableParallelism(),
): number {
  const most = Math.min(max_episodes, pool_max === 'auto' ? Number.POSITIVE_INFINITY : pool_max);
  if (workers === 'auto') return Math.max(1, Math.min(most, Math.floor(cores / CORES_PER_WORKER)));
  if (workers <= most) return workers;
  throw new ConfigError(
    `--workers ${workers} is more than --pool-max or --max-episodes, so that a worker would have none: lower it to ${most}, or raise them`,
  );
}

/** The part of one of `count` workers: the first ones take what is left. */
function share(total: number, index: number, count: number): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}

/** The settings of one worker: limits of the whole server are divided. */
export function configOfWorker(config: Config, index: number, count: number): Config {
  const part = (total: number): number => Math.max(1, share(total, index, count));
  const { max_episodes, pool_max } = config;
  const pool: Record<string, number> = {};
  // What is left of one image goes to the workers after those that have what was left of the image before.
  let next = 0;
  for (const [name, warm] of Object.entries(config.pool)) {
    pool[name] = share(warm, (index - next + count) % count, count);
    next = (next + warm) % count;
  }
  return {
    ...config,
    pool,
    pool_max: pool_max === 'auto' ? pool_max : part(pool_max),
    max_episodes: part(max_episodes),
    max_episodes_per_connection: Math.min(config.max_episodes_per_connection, part(max_episodes)),
    max_connections: part(config.max_connections),
    max_connections_per_address: part(config.max_connections_per_address),
    max_answer_memory_bytes: part(config.max_answer_memory_bytes),
    max_request_memory_bytes: part(config.max_request_memory_bytes),
    // Old trajectories are removed once.
    trajectory_keep: index === 0 ? config.trajectory_keep : 'all',
  };
}
