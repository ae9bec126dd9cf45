import { useEffect, useMemo } from 'preact/hooks';
import type { Live } from '../connection/live.ts';
import type { Server } from '../connection/server.ts';
import { ExplanationView } from '../episode/explanation.tsx';
import { EpisodeReader } from '../episode/reader.ts';
import { type Entry, isTurn, lastExplained } from '../episode/timeline.ts';
import { Timeline } from '../episode/timeline-view.tsx';
import { plural, rewardText } from '../parts/format.ts';
import { addressOf } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { Problem } from '../views/problem.tsx';
import { Reward } from '../views/reward.tsx';
import type { Origin } from './session.ts';

interface OtherBranchProps {
  readonly server: Server;
  readonly live: Live;
  readonly origin: Origin;
}

/** The episode that a fork came from: what it did after the step that both have. */
export function OtherBranch({ live, origin, server }: OtherBranchProps) {
  const reader = useStore(useMemo(() => new EpisodeReader(server, live, origin.path), [origin.path]));
  useEffect(() => reader.start(), [reader]);
  const { entries, problem, summary } = reader;
  if (problem !== undefined) return <Problem error={problem} />;
  if (summary === undefined) return <p class="empty">Reading the other branch …</p>;
  return (
    <section class="branch" aria-labelledby="other-title">
      <h2 id="other-title">
        Before: <a href={addressOf('episode', origin.path)}>the other branch</a>{' '}
        <Reward reward={summary.reward} failure={summary.failure} />
      </h2>
      <p class="quiet">{plural(origin.step, 'step')} in common, then:</p>
      <Timeline entries={after(entries, origin.step)} environment={summary.environment} path={origin.path} />
    </section>
  );
}

/** The steps of a branch after the one that both have. */
export function OwnSteps({ reader, from }: { readonly reader: EpisodeReader; readonly from: number }) {
  const { entries, summary } = useStore(reader);
  useEffect(() => reader.start(), [reader]);
  const explained = lastExplained(entries);
  const own = after(entries, from);
  if (summary === undefined) return null;
  return (
    <>
      {explained?.explanation !== undefined && (
        <section aria-labelledby="why-title">
          <h2 id="why-title">Why {rewardText(explained.event.reward)}</h2>
          <ExplanationView explanation={explained.explanation} />
        </section>
      )}
      {own.length > 0 && (
        <details class="own" open={from > 0}>
          <summary>
            {from > 0 ? 'Steps since the fork' : 'Steps'} ({own.filter(isTurn).length})
          </summary>
          <Timeline
            entries={own}
            environment={summary.environment}
            path={summary.path}
            explained={explained}
          />
        </details>
      )}
    </>
  );
}

function after(entries: readonly Entry[], step: number): Entry[] {
  return entries.filter((entry) => !isTurn(entry) || entry.step > step);
}
