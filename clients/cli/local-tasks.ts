import type { Environment } from '../../environments/environment.ts';
import { taskPage } from '../../environments/task-page.ts';
import type { EnvironmentInfo, TaskSummary } from '../../protocol/environment.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Params, Result } from '../../protocol/methods.ts';
import { datasetPlaces } from './dataset-places.ts';
import type { Terminal } from './terminal.ts';

/** A list of tasks: a server's, or this machine's. */
export interface TaskSource extends AsyncDisposable {
  environments(): Promise<readonly EnvironmentInfo[]>;
  /** @throws {ProtocolError} @throws {RemoteError} `environment_not_found`, `dataset_not_found` */
  tasks(params: Params<'tasks/list'>): Promise<Result<'tasks/list'>>;
}

const PAGE = 1000;

/** Every task of a dataset, from as many pages as it takes. The dataset's name is that of the first page. */
export async function* eachTask(
  source: Pick<TaskSource, 'tasks'>,
  wanted: Omit<Params<'tasks/list'>, 'offset' | 'limit'>,
): AsyncGenerator<TaskSummary & { readonly dataset: string }> {
  for (let offset = 0; ; ) {
    const { dataset, tasks, total } = await source.tasks({ ...wanted, offset, limit: PAGE });
    for (const task of tasks) yield { ...task, dataset };
    offset += tasks.length;
    if (tasks.length === 0 || offset >= total) return;
  }
}

/** The environments that a server started here would have. They have no sandboxes: use them to list tasks and images. */
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

/** The tasks that a server started here would have. Needs no engine. */
export async function localTasks(terminal: Terminal): Promise<TaskSource> {
  const environments = await localEnvironments(terminal);
  return {
    environments: async () => [...environments.values()].map(({ info }) => info),
    tasks: async (params) => {
      const environment = environments.get(params.environment);
      if (environment === undefined) {
        throw new ProtocolError('environment_not_found', `There is no environment ${params.environment}.`);
      }
      return taskPage(environment, params);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
