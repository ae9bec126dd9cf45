import { useEffect, useState } from 'preact/hooks';
import type { EnvironmentInfo, TaskSummary } from '../../../protocol/environment.ts';
import type { Server } from '../connection/server.ts';
import { addressOf, type Route, setQuery } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { visible } from '../text/visible.ts';
import { Problem } from '../views/problem.tsx';
import type { Plays } from './plays.ts';

interface StartProps {
  readonly server: Server;
  readonly plays: Plays;
  readonly route: Route;
}

/** Chooses a task and begins it. The choice is in the address: `#/play?environment=bash-v1&task=…`. */
export function Start({ plays, route, server }: StartProps) {
  const { status } = useStore(server);
  const [environments, setEnvironments] = useState<readonly EnvironmentInfo[]>([]);
  const [tasks, setTasks] = useState<readonly TaskSummary[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [isBeginning, setBeginning] = useState(false);
  const [tags, setTags] = useState('');
  const environment = environments.find(({ id }) => id === route.query.get('environment')) ?? environments[0];
  const dataset = route.query.get('dataset') ?? environment?.datasets[0]?.name;
  const task = route.query.get('task') ?? '';
  useEffect(() => {
    if (status !== 'open') return;
    server.call('environments/list', {}).then((listed) => setEnvironments(listed.environments), setProblem);
  }, [status]);
  useEffect(() => {
    if (environment === undefined || dataset === undefined) return;
    server
      .call('tasks/list', { environment: environment.id, dataset, limit: 500 })
      .then((page) => setTasks(page.tasks), setProblem);
  }, [environment?.id, dataset]);
  const begin = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (environment === undefined) return;
    setBeginning(true);
    setProblem(null);
    try {
      const named = /^\d+$/.test(task) ? Number(task) : task;
      const marks = tags.split(/[\s,]+/).filter(Boolean);
      const session = await plays.begin({
        environment: environment.id,
        ...(dataset !== undefined && { dataset }),
        ...(task !== '' && { task: named }),
        ...(marks.length > 0 && { tags: marks }),
      });
      location.hash = addressOf('play', session.facts.id);
    } catch (error) {
      setProblem(error);
      setBeginning(false);
    }
  };
  const chosen = tasks.find(({ id, index }) => id === task || String(index) === task);
  return (
    <>
      <h1>Play a task</h1>
      <form class="start" onSubmit={(event) => void begin(event)}>
        <label>
          <span>Environment</span>
          <select
            value={environment?.id}
            onChange={({ currentTarget }) =>
              setQuery({ environment: currentTarget.value, dataset: undefined, task: undefined })
            }
          >
            {environments.map(({ id }) => (
              <option value={id}>{id}</option>
            ))}
          </select>
        </label>
        <label>
          <span>Dataset</span>
          <select
            value={dataset}
            onChange={({ currentTarget }) => setQuery({ dataset: currentTarget.value, task: undefined })}
          >
            {environment?.datasets.map(({ name, tasks: count }) => (
              <option value={name}>
                {name} ({count})
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Task</span>
          <input
            list="tasks"
            data-search
            placeholder="id or number; empty: a random one"
            value={task}
            onChange={({ currentTarget }) => setQuery({ task: currentTarget.value || undefined })}
          />
          <datalist id="tasks">
            {tasks.map(({ id, instruction }) => (
              <option value={id}>{instruction.slice(0, 100)}</option>
            ))}
          </datalist>
        </label>
        <label>
          <span>Tags</span>
          <input
            placeholder="by which it is found again"
            value={tags}
            onInput={({ currentTarget }) => setTags(currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={isBeginning || environment === undefined}>
          {isBeginning ? 'Waiting for a sandbox …' : 'Play'}
        </button>
      </form>
      {chosen !== undefined && <pre class="instruction">{visible(chosen.instruction)}</pre>}
      {environment !== undefined && <p class="quiet">{visible(environment.description)}</p>}
      {problem !== null && <Problem error={problem} />}
      <OpenPlays plays={plays} />
    </>
  );
}

function OpenPlays({ plays }: { readonly plays: Plays }) {
  useStore(plays);
  if (plays.sessions.size === 0) return null;
  return (
    <section aria-labelledby="plays-title">
      <h2 id="plays-title">Played in this page</h2>
      <ul class="rows">
        {[...plays.sessions.values()].map(({ facts, over, steps }) => (
          <li>
            <a data-item class="row" href={addressOf('play', facts.id)}>
              <span class="badge">{over ? 'over' : 'open'}</span>
              <span class="mono clip">{facts.task.id}</span>
              <span class="quiet">{facts.environment}</span>
              <span class="quiet">{steps} steps</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
