import type { Environment } from '../../environments/environment.ts';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Params, Result } from '../../protocol/methods.ts';
import { datasetPlaces } from './dataset-places.ts';
import type { Terminal } from './terminal.ts';

/** Where a list of tasks comes from: a server, or this machine. */
export interface TaskSource extends AsyncDisposable {
  environments(): Promise<readonly EnvironmentInfo[]>;
  /** @throws {ProtocolError} @throws {RemoteError} `environment_not_found`, `dataset_not_found` */
  tasks(params: Params<'tasks/list'>): Promise<Result<'tasks/list'>>;
}

const DEFAULT_LIMIT = 100;

/** The environments of a server that is started here. They have no sandboxes: callers only look at their tasks. */
export async function localEnvironments(terminal: Terminal): Promise<ReadonlyMap<string, Environment>> {
  const [{ createEnvironments }, { loadDatasets }, { home, added, definitions }] = await Promise.all([
    import('../../environments/registry.ts'),
    import('../../environments/dataset-store.ts'),
    datasetPlaces(terminal),
  ]);
  return createEnvironments({
    sandboxes: { acquire: () => Promise.reject(new Error('there is no sandbox here')) },
    defaults: { stepTimeoutMs: 1, maxOutputBytes: 1 },
    definitions,
    datasets: await loadDatasets(home, added, definitions),
  });
}

/** The tasks that a server started here would have; looking at them needs no engine. */
export async function localTasks(terminal: Terminal): Promise<TaskSource> {
  const environments = await localEnvironments(terminal);
  return {
    environments: async () => [...environments.values()].map(({ info }) => info),
    tasks: async ({ environment: id, dataset, split, offset = 0, limit = DEFAULT_LIMIT }) => {
      const environment = environments.get(id);
      if (!environment) throw new ProtocolError('environment_not_found', `There is no environment ${id}.`);
      const tasks = environment.tasks(dataset, split);
      return {
        dataset: dataset ?? tasks[0]?.dataset ?? '',
        total: tasks.length,
        tasks: tasks.slice(offset, offset + limit).map(({ id, index, instruction, tags, ungradable }) => ({
          id,
          index,
          instruction,
          tags: [...tags],
          ...(ungradable === undefined ? {} : { ungradable }),
        })),
      };
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
