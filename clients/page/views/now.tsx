import { useEffect, useState } from 'preact/hooks';
import type { JustEnded, Live, ShownEpisode } from '../connection/live.ts';
import { age, plural, rewardText } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { Figures } from './figures.tsx';
import { Pools } from './pools.tsx';
import { Tile } from './tile.tsx';

/** Live episodes, pools, rates and failures. */
export function Now({ live, server }: Parts) {
  useStore(live);
  const [filter, setFilter] = useState('');
  const now = useClock();
  const all = [...live.episodes.values()];
  const shown = matching(all, filter);
  return (
    <>
      <h1 class="hidden">Now</h1>
      <Figures live={live} />
      <Pools sample={live.sample} />
      <section aria-labelledby="live-title">
        <div class="section-head">
          <h2 id="live-title">
            Live episodes <span class="count">{all.length.toLocaleString('en')}</span>
          </h2>
          <input
            type="search"
            data-search
            placeholder="Filter by environment, task, client or tag  ( / )"
            aria-label="Filter live episodes"
            value={filter}
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </div>
        {shown.length === 0 ? (
          <NoEpisodes live={live} isOpen={server.status === 'open'} filter={filter} />
        ) : (
          <ul class="tiles">
            {shown.map((episode) => (
              <Tile key={episode.episode_id} episode={episode} age={age(now - episode.begunAt)} />
            ))}
          </ul>
        )}
      </section>
      {live.ended.length > 0 && <Ended ended={live.ended} />}
    </>
  );
}

function matching(all: readonly ShownEpisode[], filter: string): readonly ShownEpisode[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all;
  return all.filter((one) => {
    const about = [
      one.environment,
      one.dataset,
      one.task,
      one.client ?? '',
      one.episode_id,
      ...one.tags,
      one.instruction,
    ];
    const text = about.join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

interface NoEpisodesProps {
  readonly live: Live;
  readonly isOpen: boolean;
  readonly filter: string;
}

function NoEpisodes({ live, isOpen, filter }: NoEpisodesProps) {
  if (!isOpen || !live.begun) return <p class="empty">Waiting for the server …</p>;
  if (filter !== '' && live.episodes.size > 0) {
    return (
      <p class="empty">
        No live episode has “{filter}”. Clear the filter to see all {live.episodes.size}.
      </p>
    );
  }
  return (
    <div class="empty">
      <p>No episode is open. Start one:</p>
      <ul>
        <li>
          <a href="#/play">Play a task</a> here in the page,
        </li>
        <li>
          <code>npx stepwell play --url {location.origin.replace(/^http/, 'ws')}</code> in a terminal,
        </li>
        <li>
          or connect a trainer to <code>{location.origin.replace(/^http/, 'ws')}</code>.
        </li>
      </ul>
      <p>
        Episodes of the past are in <a href="#/episodes">Episodes</a>.
      </p>
    </div>
  );
}

function Ended({ ended }: { readonly ended: readonly JustEnded[] }) {
  return (
    <section aria-labelledby="ended-title">
      <h2 id="ended-title">Just ended</h2>
      <ul class="rows">
        {ended.map(({ end, environment, episode_id, step_count, task }) => (
          <li>
            <a data-item class="row" href={addressOf('episode', episode_id)}>
              <b class={`reward ${tone(end)}`}>{end.failure === null ? rewardText(end.reward) : 'failure'}</b>
              <span class="mono clip">{task}</span>
              <span class="quiet">{environment}</span>
              <span class="quiet">{plural(step_count, 'step')}</span>
              <span class="quiet">
                {end.failure ?? (end.terminated ? 'submitted' : end.truncated ? 'cut by a limit' : 'closed')}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function tone({ failure, reward }: JustEnded['end']): string {
  if (failure !== null) return 'bad';
  if (reward === null) return 'none';
  return reward >= 1 ? 'good' : reward > 0 ? 'part' : 'bad';
}

/** The time, once a second. */
function useClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
