import type { TrajectorySummary } from '../../../protocol/operator.ts';
import { plural, span, when } from '../parts/format.ts';
import { addressOf } from '../parts/route.ts';
import { visible } from '../text/visible.ts';
import { Reward } from './reward.tsx';

interface EpisodeTableProps {
  readonly trajectories: readonly TrajectorySummary[];
  /** Which of them are chosen, and what happens when that changes. @default none can be chosen */
  readonly choice?: { readonly paths: readonly string[]; readonly change: (path: string) => void };
  /** Where a row leads. @default to the episode */
  readonly hrefOf?: (path: string) => string;
}

const EPISODE = (path: string): string => addressOf('episode', path);

/** Recorded episodes, one a row. */
export function EpisodeTable({ choice, hrefOf = EPISODE, trajectories }: EpisodeTableProps) {
  return (
    <ul class="rows episodes">
      {trajectories.map(
        ({ begun, duration_ms, end, environment, errors, failure, path, reward, steps, tags, task }) => (
          <li class={choice === undefined ? '' : 'with-choice'}>
            {choice !== undefined && (
              <input
                type="checkbox"
                aria-label={`Choose ${task} of ${when(begun)} to compare`}
                checked={choice.paths.includes(path)}
                onChange={() => choice.change(path)}
              />
            )}
            <a data-item class="row" href={hrefOf(path)}>
              <Reward reward={reward} failure={failure} />
              <span class="mono clip">{visible(task)}</span>
              <span class="quiet">{environment}</span>
              <span class="quiet">
                {plural(steps, 'step')}
                {errors > 0 && `, ${plural(errors, 'error')}`}
              </span>
              <span class="quiet">{end === null ? 'open' : span(duration_ms)}</span>
              <span class="quiet">{when(begun)}</span>
              <span class="tags">
                {tags.map((tag) => (
                  <span class="tag">{visible(tag)}</span>
                ))}
              </span>
            </a>
          </li>
        ),
      )}
    </ul>
  );
}
