import type { GroupStats } from '../../../protocol/operator.ts';
import { useAsked } from '../parts/ask.ts';
import { percent } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf, type Route } from '../parts/route.ts';
import { visible } from '../text/visible.ts';
import { Problem } from './problem.tsx';
import { ByTurn, Distributions, Totals, TurnTable } from './stats.tsx';

/** Episodes by the tags of their resets: a tag is a run. */
export function Runs({ route, server }: Parts & { readonly route: Route }) {
  const { problem, result } = useAsked(server, 'trajectories/stats', { by: 'tag' });
  if (problem !== null) return <Problem error={problem} />;
  if (result === null) return <p class="empty">Counting …</p>;
  const runs = result.groups.filter(({ key }) => key !== '');
  if (runs.length === 0) {
    return (
      <section class="empty">
        <h1>There is no run yet</h1>
        <p>
          A run is a tag: give your resets the option <code>tags</code>, e.g.{' '}
          <code>{'{"tags": ["my-run"]}'}</code>, and their episodes are counted together here.
        </p>
      </section>
    );
  }
  const chosen = runs.find(({ key }) => key === route.rest) ?? runs[0];
  return (
    <>
      <h1>
        Runs <span class="count">{runs.length}</span>
      </h1>
      <RunTable runs={runs} chosen={chosen?.key} />
      {chosen !== undefined && <Run stats={chosen} />}
    </>
  );
}

function RunTable({
  chosen,
  runs,
}: {
  readonly runs: readonly GroupStats[];
  readonly chosen: string | undefined;
}) {
  return (
    <ul class="rows runs">
      {runs.map(({ count, failures, key, mean_reward, mean_steps, success_rate }) => {
        const failed = Object.values(failures).reduce((sum, n) => sum + n, 0);
        return (
          <li>
            <a
              data-item
              class="row"
              href={addressOf('runs', key)}
              aria-current={key === chosen ? 'true' : undefined}
            >
              <span class="mono clip">{visible(key)}</span>
              <span>
                <b>{percent(success_rate)}</b> <span class="quiet">success</span>
              </span>
              <span>
                <b>{mean_reward === null ? '–' : mean_reward.toFixed(2)}</b>{' '}
                <span class="quiet">mean reward</span>
              </span>
              <span class="quiet">{mean_steps === null ? '–' : mean_steps.toFixed(1)} steps</span>
              <span class="quiet">
                {count.toLocaleString('en')} episodes{failed > 0 && `, ${failed} failed`}
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}

function Run({ stats }: { readonly stats: GroupStats }) {
  return (
    <section aria-labelledby="run-title">
      <div class="section-head">
        <h2 id="run-title" class="mono">
          {visible(stats.key)}
        </h2>
        <a class="button" href={addressOf('episodes', '', { tag: stats.key })}>
          Its episodes
        </a>
      </div>
      <Totals stats={stats} />
      <div class="charts">
        <ByTurn stats={stats} />
        <Distributions stats={stats} />
      </div>
      <TurnTable stats={stats} />
    </section>
  );
}
