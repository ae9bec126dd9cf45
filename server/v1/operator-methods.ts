import { join, relative } from 'node:path';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Params, Result } from '../../protocol/methods.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import type { StoreMethod, StoreMethods } from '../store/requests.ts';
import type { StoreThread } from '../store/store-thread.ts';

/** What the methods for the operator are answered from. */
export interface OperatorParts {
  readonly registry: EpisodeRegistry;
  /** The recorded episodes; `null` if none are kept. */
  readonly store: StoreThread | null;
  /** Folder of trajectories; `null` if none are kept. */
  readonly folder: string | null;
}

const DEFAULT_LIVE = 1_000;

/** Asks the store. @throws {ProtocolError} */
export async function askStore<M extends StoreMethod>(
  { store }: OperatorParts,
  method: M,
  params: StoreMethods[M]['params'],
): Promise<StoreMethods[M]['result']> {
  if (store !== null) return store.ask(method, params);
  throw new ProtocolError('trajectory_not_found', 'This server keeps no trajectories (--trajectories none).');
}

/** The open episodes of all clients, the oldest first. */
export function liveEpisodes(
  { folder, registry }: OperatorParts,
  { limit = DEFAULT_LIVE }: Params<'episodes/list'>,
): Result<'episodes/list'> {
  const open = [...registry.openEpisodes];
  const episodes = open.slice(0, limit).map((episode) => ({
    ...episode.state(),
    tags: [...episode.tags],
    path: episode.path === null || folder === null ? null : relative(folder, episode.path),
  }));
  return { episodes, total: open.length };
}

/** A task with its gold. @throws {ProtocolError} `environment_not_found`, `dataset_not_found`, `task_not_found` */
export function secretTask(
  { registry }: OperatorParts,
  { environment, dataset, task: wanted }: Params<'tasks/read'>,
): Result<'tasks/read'> {
  const { task, image, gold } = registry.environment(environment).secretOf({ dataset, task: wanted });
  return { task: { ...task, tags: [...task.tags] }, image, gold };
}

/** Path of the file of a trajectory. @throws {ProtocolError} `trajectory_not_found`, `invalid_params` */
export async function trajectoryPath(
  parts: OperatorParts,
  { episode_id, path }: Pick<Params<'trajectories/fork'>, 'episode_id' | 'path'>,
): Promise<string> {
  const { trajectory } = await askStore(parts, 'read', { episode_id, path, limit: 1 });
  return join(parts.folder ?? '', trajectory.path);
}
