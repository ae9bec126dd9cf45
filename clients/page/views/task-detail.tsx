import { useEffect, useRef } from 'preact/hooks';
import type { GroupStats } from '../../../protocol/operator.ts';
import type { Server } from '../connection/server.ts';
import { useAsked } from '../parts/ask.ts';
import { addressOf } from '../parts/route.ts';
import { Code, languageOf } from '../text/code.tsx';
import { visible } from '../text/visible.ts';
import { Problem } from './problem.tsx';
import { Totals } from './stats.tsx';

interface TaskDetailProps {
  readonly server: Server;
  readonly environment: string;
  readonly dataset: string;
  readonly task: string;
  readonly stats: GroupStats | undefined;
}

/** A task with what no agent may see: its gold. */
export function TaskDetail({ dataset, environment, server, stats, task }: TaskDetailProps) {
  const { problem, result } = useAsked(server, 'tasks/read', { environment, dataset, task });
  const place = useRef<HTMLElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [task, result !== null]);
  if (problem !== null) return <Problem error={problem} />;
  if (result === null) return null;
  const { gold, image } = result;
  const { index, instruction, tags, ungradable } = result.task;
  return (
    <article class="turn task" ref={place} aria-label={`Task ${task}`}>
      <header>
        <h3 class="mono">{visible(task)}</h3>
        <span class="quiet">
          number {index}
          {image !== null && <> · image {visible(image)}</>}
        </span>
        {tags.map((tag) => (
          <span class="tag">{visible(tag)}</span>
        ))}
        <span class="links">
          <a href={addressOf('play', '', { environment, dataset, task })}>Play</a>
          <a href={addressOf('episodes', '', { environment, dataset, task })}>Episodes</a>
          <a href={addressOf('datasets', `${environment}/${dataset}`)}>Close</a>
        </span>
      </header>
      <pre class="instruction">{visible(instruction)}</pre>
      {ungradable !== undefined && <p class="problem">It cannot be graded: {visible(ungradable.reason)}</p>}
      {gold !== null && (
        <div>
          <h4>Gold: for the operator, no agent sees it</h4>
          <Code code={gold} language={languageOf(environment)} />
        </div>
      )}
      {stats !== undefined && <Totals stats={stats} />}
    </article>
  );
}
