import { useEffect, useRef, useState } from 'preact/hooks';
import type { TrajectoriesListParams, TrajectoriesListResult } from '../../../protocol/operator.ts';
import { plural } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf, type Route, setQuery } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { EpisodeTable } from './episode-table.tsx';
import { Export } from './export.tsx';
import { FILTERS, Filters, filterOf } from './filters.tsx';
import { Problem } from './problem.tsx';

const PAGE = 50;

/** Recorded episodes, found by what they have. */
export function Episodes({ route, server }: Parts & { readonly route: Route }) {
  const { status } = useStore(server);
  const [found, setFound] = useState<TrajectoriesListResult | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const asked = useRef(0);
  const filter = filterOf(route.query);
  const order = orderOf(route.query.get('order'));
  const key = JSON.stringify([filter, order]);
  const load = async (cursor?: string): Promise<void> => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const page = await server.call('trajectories/list', {
        ...filter,
        order,
        limit: PAGE,
        ...(cursor && { cursor }),
      });
      if (mine !== asked.current) return;
      setProblem(null);
      setFound((before) => {
        const earlier = cursor === undefined ? [] : (before?.trajectories ?? []);
        return { ...page, trajectories: [...earlier, ...page.trajectories] };
      });
    } catch (error) {
      if (mine === asked.current) setProblem(error);
    }
  };
  useEffect(() => {
    if (status === 'open') void load();
  }, [key, status]);
  const choose = (path: string): void => {
    setChosen((before) =>
      before.includes(path) ? before.filter((one) => one !== path) : [...before, path].slice(-2),
    );
  };
  const [a, b] = chosen;
  return (
    <>
      <div class="section-head">
        <h1>Episodes {found !== null && <span class="count">{found.total.toLocaleString('en')}</span>}</h1>
        <Export server={server} filter={filter} />
        <a
          class={`button ${b === undefined ? 'disabled' : 'primary'}`}
          aria-disabled={b === undefined}
          href={b === undefined ? undefined : addressOf('compare', '', { a, b })}
        >
          {b === undefined ? 'Choose two to compare' : 'Compare the two'}
        </a>
      </div>
      <Filters query={route.query} />
      {problem !== null && <Problem error={problem} />}
      {found !== null && found.trajectories.length === 0 && (
        <Nothing isFiltered={FILTERS.some((name) => route.query.has(name))} />
      )}
      {found !== null && found.trajectories.length > 0 && (
        <EpisodeTable trajectories={found.trajectories} choice={{ paths: chosen, change: choose }} />
      )}
      {found === null && problem === null && <p class="empty">Looking …</p>}
      {found?.next_cursor && (
        <p>
          <button type="button" onClick={() => void load(found.next_cursor ?? undefined)}>
            Show more
          </button>{' '}
          <span class="quiet">
            {plural(found.trajectories.length, 'episode')} of {found.total.toLocaleString('en')}
          </span>
        </p>
      )}
    </>
  );
}

function orderOf(text: string | null): NonNullable<TrajectoriesListParams['order']> {
  return text === 'oldest' || text === 'reward' ? text : 'newest';
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (!isFiltered) {
    return (
      <p class="empty">
        Nothing has been played yet. Episodes appear here as soon as they begin, if the server keeps
        trajectories.
      </p>
    );
  }
  const clear = (): void => setQuery(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  return (
    <div class="empty">
      <p>No episode has all of this.</p>
      <p>
        <button type="button" onClick={clear}>
          Clear the filters
        </button>
      </p>
    </div>
  );
}
