import { useState } from 'preact/hooks';
import type { TaskSummary } from '../../../protocol/environment.ts';
import type { GroupStats } from '../../../protocol/operator.ts';
import { useAsked } from '../parts/ask.ts';
import { percent, plural } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf, type Route } from '../parts/route.ts';
import { visible } from '../text/visible.ts';
import { Problem } from './problem.tsx';
import { Distributions, Totals } from './stats.tsx';
import { TaskDetail } from './task-detail.tsx';

const PAGE = 200;

/** Datasets with their tasks, and how the stored episodes did on them: `#/datasets/bash-v1/built-in?task=…`. */
export function Datasets({ route, server }: Parts & { readonly route: Route }) {
  const { problem, result } = useAsked(server, 'environments/list', {});
  if (problem !== null) return <Problem error={problem} />;
  if (result === null) return <p class="empty">Reading the datasets …</p>;
  const [id, name] = route.rest.split('/');
  const environment = result.environments.find((one) => one.id === id) ?? result.environments[0];
  const dataset = environment?.datasets.find((one) => one.name === name) ?? environment?.datasets[0];
  return (
    <>
      <h1>Datasets</h1>
      <nav class="choices" aria-label="Datasets">
        {result.environments.map((one) => (
          <div>
            <h2 class="mono">{one.id}</h2>
            {one.datasets.map(({ gradable, name: other, tasks }) => (
              <a
                data-item
                class="choice"
                href={addressOf('datasets', `${one.id}/${other}`)}
                aria-current={one === environment && other === dataset?.name ? 'true' : undefined}
              >
                {visible(other)}{' '}
                <span class="quiet">{gradable === tasks ? tasks : `${gradable} of ${tasks}`}</span>
              </a>
            ))}
          </div>
        ))}
      </nav>
      {environment !== undefined && dataset !== undefined && (
        <Dataset
          key={`${environment.id}/${dataset.name}`}
          server={server}
          environment={environment.id}
          dataset={dataset.name}
          task={route.query.get('task')}
        />
      )}
    </>
  );
}

interface DatasetProps {
  readonly server: Parts['server'];
  readonly environment: string;
  readonly dataset: string;
  readonly task: string | null;
}

function Dataset({ dataset, environment, server, task }: DatasetProps) {
  const [offset, setOffset] = useState(0);
  const [filter, setFilter] = useState('');
  const tasks = useAsked(server, 'tasks/list', { environment, dataset, offset, limit: PAGE });
  const all = useAsked(server, 'trajectories/stats', { environment, dataset });
  const each = useAsked(server, 'trajectories/stats', { environment, dataset, by: 'task' });
  const stats = new Map(each.result?.groups.map((group) => [group.key, group]));
  const [total] = all.result?.groups ?? [];
  const words = filter.toLowerCase();
  const shown = (tasks.result?.tasks ?? []).filter(({ id, instruction, tags }) =>
    `${id} ${instruction} ${tags.join(' ')}`.toLowerCase().includes(words),
  );
  return (
    <section aria-labelledby="dataset-title">
      <div class="section-head">
        <h2 id="dataset-title">
          {environment} · {visible(dataset)}{' '}
          <span class="count">{tasks.result === null ? '' : plural(tasks.result.total, 'task')}</span>
        </h2>
        <input
          type="search"
          data-search
          aria-label="Filter tasks"
          placeholder="Filter by id, tag or words  ( / )"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
      </div>
      {total !== undefined && (
        <>
          <Totals stats={total} />
          <div class="charts">
            <Distributions stats={total} />
          </div>
        </>
      )}
      {tasks.problem !== null && <Problem error={tasks.problem} />}
      {task !== null && (
        <TaskDetail server={server} {...{ environment, dataset, task }} stats={stats.get(task)} />
      )}
      {tasks.result !== null && shown.length === 0 && (
        <p class="empty">No task has these words. Clear the filter.</p>
      )}
      <ul class="rows tasks">
        {shown.map((one) => (
          <TaskRow key={one.id} task={one} stats={stats.get(one.id)} {...{ environment, dataset }} />
        ))}
      </ul>
      {tasks.result !== null && tasks.result.total > PAGE && (
        <p class="pages">
          <button type="button" disabled={offset === 0} onClick={() => setOffset(offset - PAGE)}>
            Before
          </button>{' '}
          {offset + 1} to {Math.min(tasks.result.total, offset + PAGE)}{' '}
          <button
            type="button"
            disabled={offset + PAGE >= tasks.result.total}
            onClick={() => setOffset(offset + PAGE)}
          >
            After
          </button>
        </p>
      )}
    </section>
  );
}

interface TaskRowProps {
  readonly task: TaskSummary;
  readonly stats: GroupStats | undefined;
  readonly environment: string;
  readonly dataset: string;
}

function TaskRow({ dataset, environment, stats, task }: TaskRowProps) {
  const { id, instruction, tags, ungradable } = task;
  return (
    <li>
      <a data-item class="row" href={addressOf('datasets', `${environment}/${dataset}`, { task: id })}>
        <span class="mono clip">{visible(id)}</span>
        <span class="quiet clip">{visible(instruction)}</span>
        <span class="tags">
          {ungradable !== undefined && <span class="badge bad">ungradable</span>}
          {tags.slice(0, 3).map((tag) => (
            <span class="tag">{visible(tag)}</span>
          ))}
        </span>
        <span>
          {stats === undefined ? <span class="quiet">not played</span> : <b>{percent(stats.success_rate)}</b>}
        </span>
        <span class="quiet">{stats !== undefined && plural(stats.count, 'episode')}</span>
      </a>
    </li>
  );
}
