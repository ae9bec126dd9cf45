import { useEffect, useMemo } from 'preact/hooks';
import { ExplanationView } from '../episode/explanation.tsx';
import { Facts } from '../episode/facts.tsx';
import { EpisodeReader } from '../episode/reader.ts';
import { lastExplained, turnsOf } from '../episode/timeline.ts';
import { Timeline } from '../episode/timeline-view.tsx';
import { rewardText } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf, type Route } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { visible } from '../text/visible.ts';
import { Problem } from './problem.tsx';
import { Reward } from './reward.tsx';

/** One episode: why it got its reward, then each of its steps; live while it is played. */
export function Episode({ live, route, server }: Parts & { readonly route: Route }) {
  const reader = useStore(
    useMemo(() => new EpisodeReader(server, live, route.rest), [server, live, route.rest]),
  );
  useEffect(() => reader.start(), [reader]);
  const { entries, problem, reset, summary } = reader;
  const step = Number(route.query.get('step') ?? 0);
  useEffect(() => {
    if (step > 0) document.getElementById(`step-${step}`)?.scrollIntoView({ block: 'start' });
  }, [step, entries.length > 0]);
  if (problem !== undefined && summary === undefined) {
    return (
      <section class="empty">
        <h1>This episode cannot be shown</h1>
        <Problem error={problem} />
        <p>
          It may have been removed (<code>--trajectory-keep</code>), or belong to another server. Look for it
          in <a href="#/episodes">Episodes</a>.
        </p>
      </section>
    );
  }
  if (summary === undefined || reset === undefined) return <p class="empty">Reading the episode …</p>;
  const explained = lastExplained(entries);
  const { environment, episode_id, failure, path, reward, steps, task } = summary;
  return (
    <>
      <section class="episode-head">
        <div class="title">
          <Reward reward={reward} failure={failure} />
          <h1 class="mono">{task}</h1>
          {reader.isOpen && <span class="badge live">live</span>}
        </div>
        <div class="actions">
          <Share path={path} />
          <a class="button" href={addressOf('compare', '', { a: path })}>
            Compare
          </a>
          <a
            class="button primary"
            href={addressOf('play', '', { from: path, step: Math.max(0, lastStep(entries)) })}
          >
            Play on from a step
          </a>
        </div>
        <Facts summary={summary} reset={reset} client={live.episodes.get(episode_id)?.client ?? null} />
      </section>
      <section aria-labelledby="task-title">
        <h2 id="task-title">Instruction</h2>
        <pre class="instruction">{visible(reset.task.instruction)}</pre>
      </section>
      <section aria-labelledby="why-title">
        <h2 id="why-title">
          {failure === null ? `Why ${rewardText(reward)}` : 'Why there is no reward'}
          {explained !== undefined && <span class="count"> graded after step {explained.step}</span>}
        </h2>
        {failure !== null ? (
          <p class="problem">
            A fault of the infrastructure (<code>{failure}</code>) ended the episode. It says nothing about
            the agent: leave the sample out.
          </p>
        ) : explained?.explanation !== undefined ? (
          <ExplanationView explanation={explained.explanation} />
        ) : (
          <NoExplanation entries={entries} isOpen={reader.isOpen} />
        )}
      </section>
      <section aria-labelledby="steps-title">
        <h2 id="steps-title">
          Steps <span class="count">{steps}</span>
        </h2>
        <Timeline
          server={server}
          entries={entries}
          environment={environment}
          path={path}
          explained={explained}
        />
        {reader.hasMore && (
          <button type="button" onClick={() => reader.more()}>
            Show more
          </button>
        )}
        {entries.length === 0 && (
          <p class="empty">No step has been made yet. Steps appear here as they are made.</p>
        )}
      </section>
      {problem !== undefined && <Problem error={problem} />}
    </>
  );
}

function lastStep(entries: Parameters<typeof turnsOf>[0]): number {
  const last = turnsOf(entries).at(-1);
  const ended =
    last !== undefined && 'terminated' in last.event && (last.event.terminated || last.event.truncated);
  return (last?.step ?? 0) - (ended ? 1 : 0);
}

interface NoExplanationProps {
  readonly entries: EpisodeReader['entries'];
  readonly isOpen: boolean;
}

/** What a trajectory without explanations still has: the reward's parts by name. */
function NoExplanation({ entries, isOpen }: NoExplanationProps) {
  const graded = turnsOf(entries).findLast(({ event }) => event.reward !== null);
  const parts = Object.entries(graded?.event.info.reward_components ?? {});
  if (graded === undefined) {
    return (
      <p class="empty">
        {isOpen
          ? 'Not graded yet: the reward comes with a submit, or with a limit of turns or time.'
          : 'It was never graded: it was closed before a submit.'}
      </p>
    );
  }
  return (
    <div class="empty">
      <p>
        No explanation was recorded with this grade{parts.length > 0 && ', only the parts of the reward'}:
      </p>
      <ul>
        {parts.map(([name, value]) => (
          <li>
            <code>{visible(name)}</code> {rewardText(value)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Share({ path }: { readonly path: string }) {
  const copy = (event: Event): void => {
    const button = event.currentTarget as HTMLButtonElement;
    const address = new URL(addressOf('episode', path), location.href).href;
    // Without permission for the clipboard, the address bar has it.
    navigator.clipboard?.writeText(address).then(
      () => {
        button.textContent = 'Copied';
      },
      () => {
        location.hash = addressOf('episode', path);
      },
    );
  };
  return (
    <button type="button" onClick={copy}>
      Copy link
    </button>
  );
}
