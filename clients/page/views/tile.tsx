import { memo } from 'preact/compat';
import type { ShownEpisode } from '../connection/live.ts';
import { rewardText } from '../parts/format.ts';
import { addressOf } from '../parts/route.ts';

interface TileProps {
  readonly episode: ShownEpisode;
  readonly age: string;
}

/** One live episode. It is drawn again only when something of it has changed. */
export const Tile = memo(({ episode, age }: TileProps) => {
  const { client, environment, episode_id, instruction, reward, status, step_count, tags, task } = episode;
  return (
    <li>
      <a data-item class={`tile ${status}`} href={addressOf('episode', episode_id)} title={instruction}>
        <span class="tile-head">
          <span class="tile-environment">{environment}</span>
          <span class="tile-age">{age}</span>
        </span>
        <span class="tile-task">{task}</span>
        <span class="tile-foot">
          <span>
            step <b>{step_count}</b>
          </span>
          <span>
            reward <b>{rewardText(reward)}</b>
          </span>
        </span>
        <span class="tile-who">{[client ?? 'unknown client', ...tags].join(' · ')}</span>
      </a>
    </li>
  );
});
