import type { TrajectoriesReadResult, TrajectorySummary } from '../../../protocol/operator.ts';
import { plural, span, when } from '../parts/format.ts';
import { addressOf } from '../parts/route.ts';
import { visible } from '../text/visible.ts';

interface FactsProps {
  readonly summary: TrajectorySummary;
  readonly reset: TrajectoriesReadResult['reset'];
  /** Who plays it; known while it is played. */
  readonly client: string | null;
}

/** What is known of an episode as a whole. */
export function Facts({ client, reset, summary }: FactsProps) {
  const {
    begun,
    dataset,
    duration_ms,
    end,
    environment,
    errors,
    fork_of,
    grade_ms,
    limit,
    path,
    seed,
    step_ms,
    steps,
  } = summary;
  const facts: [string, preact.ComponentChildren][] = [
    ['environment', <a href={addressOf('datasets', environment)}>{environment}</a>],
    ['dataset', visible(dataset)],
    ['began', when(begun)],
    ['took', `${span(duration_ms)}: ${span(step_ms)} in steps, ${span(grade_ms)} grading`],
    ['steps', `${steps}, ${plural(errors, 'error')}`],
    ['ended', end === null ? 'not yet' : limit === null ? end : `${end}: limit of ${limit}`],
    ['seed', seed],
    ['image', <span class="mono">{reset.info.image.name}</span>],
    ['file', <span class="mono">{path}</span>],
  ];
  if (client !== null) facts.splice(2, 0, ['played by', visible(client)]);
  if (fork_of !== null) {
    const other = <a href={addressOf('episode', fork_of.episode_id)}>another episode</a>;
    facts.push([
      'fork',
      <>
        of {other} after step {fork_of.step}
      </>,
    ]);
  }
  if (summary.tags.length > 0) {
    facts.push([
      'tags',
      summary.tags.map((tag) => (
        <a class="tag" href={addressOf('episodes', '', { tag })}>
          {visible(tag)}
        </a>
      )),
    ]);
  }
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
