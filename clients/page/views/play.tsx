import { useEffect, useState } from 'preact/hooks';
import { rewardText } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf, type Route } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { OtherBranch, OwnSteps } from '../play/branch.tsx';
import type { Plays } from '../play/plays.ts';
import type { PlaySession } from '../play/session.ts';
import { Start } from '../play/start.tsx';
import { Terminal } from '../play/terminal.tsx';
import { visible } from '../text/visible.ts';
import { Problem } from './problem.tsx';
import { Reward } from './reward.tsx';

interface PlayProps extends Parts {
  readonly plays: Plays;
  readonly route: Route;
}

/** Plays a task in a terminal, or goes on from a step of an episode. */
export function Play({ live, plays, route, server }: PlayProps) {
  useStore(plays);
  const from = route.query.get('from');
  if (from !== null)
    return <Forking plays={plays} server={server} path={from} step={Number(route.query.get('step') ?? 0)} />;
  const session = plays.sessions.get(route.rest);
  if (session !== undefined) return <Table key={session.facts.id} {...{ live, plays, server, session }} />;
  if (route.rest !== '') {
    return (
      <section class="empty">
        <h1>This page does not play it</h1>
        <p>
          A play ends with the page that began it.{' '}
          <a href={addressOf('episode', route.rest)}>Read the episode</a> and fork it at any step, or{' '}
          <a href="#/play">play another task</a>.
        </p>
      </section>
    );
  }
  return <Start server={server} plays={plays} route={route} />;
}

interface ForkingProps {
  readonly plays: Plays;
  readonly server: Parts['server'];
  readonly path: string;
  readonly step: number;
}

/** Makes the state after a step again, then goes on in it. */
function Forking({ path, plays, server, step }: ForkingProps) {
  const { status } = useStore(server);
  const [problem, setProblem] = useState<unknown>(null);
  const fork = (): void => {
    setProblem(null);
    plays
      .fork(path, step)
      .then((session) => location.replace(addressOf('play', session.facts.id)), setProblem);
  };
  useEffect(() => {
    if (status === 'open') fork();
  }, [path, step, status]);
  return (
    <section class="empty">
      <h1>Fork after step {step}</h1>
      {problem === null ? (
        <p>The state after step {step} is made again. This takes as long as its steps took.</p>
      ) : (
        <>
          <Problem error={problem} />
          <p>
            <button type="button" onClick={fork}>
              Try again
            </button>{' '}
            <a href={addressOf('episode', path)}>Back to the episode</a>
          </p>
        </>
      )}
    </section>
  );
}

interface TableProps extends Parts {
  readonly plays: Plays;
  readonly session: PlaySession;
}

/** A session with its terminal; beside it the branch that it was forked from. */
function Table({ live, plays, server, session }: TableProps) {
  useStore(session);
  const { facts, over, problem, reader, reward, steps } = session;
  const { origin } = facts;
  return (
    <>
      <section class="episode-head">
        <div class="title">
          {over && <Reward reward={reward} />}
          <h1 class="mono">{facts.task.id}</h1>
          <span class="quiet">
            {facts.environment} · {over ? `over after step ${steps}` : `step ${steps + 1}`}
          </span>
        </div>
        <div class="actions">
          <a class="button" href={addressOf('episode', facts.id)}>
            Episode
          </a>
          {origin !== undefined && (
            <a class="button" href={addressOf('compare', '', { a: origin.path, b: reader.summary?.path })}>
              Compare
            </a>
          )}
          <button type="button" onClick={() => void plays.end(session).then(() => location.assign('#/play'))}>
            {over ? 'Another task' : 'Give up'}
          </button>
        </div>
      </section>
      <div class={origin === undefined ? 'branches one' : 'branches'}>
        {origin !== undefined && <OtherBranch server={server} live={live} origin={origin} />}
        <section class="branch" aria-labelledby="own-title">
          <h2 id="own-title">{origin === undefined ? 'Terminal' : 'Now: this branch'}</h2>
          <pre class="instruction">{visible(facts.task.instruction)}</pre>
          <Terminal session={session} />
          <Controls session={session} />
          {problem !== null && <Problem error={problem} />}
          {over && reward !== null && (
            <p class={reward >= 1 ? 'note' : 'problem'} role="status">
              Reward {rewardText(reward)}.{' '}
              {reward < 1 && 'Below is why. Fork before a step to try another way.'}
            </p>
          )}
          <OwnSteps reader={reader} from={origin?.step ?? 0} />
        </section>
      </div>
    </>
  );
}

function Controls({ session }: { readonly session: PlaySession }) {
  const [answer, setAnswer] = useState('');
  const { busy, over, steps } = session;
  const submit = (event: Event): void => {
    event.preventDefault();
    void session.submit(answer === '' ? undefined : answer);
  };
  return (
    <form class="controls" onSubmit={submit}>
      <input
        aria-label="Answer"
        placeholder="answer; empty: the last output"
        value={answer}
        disabled={over}
        onInput={({ currentTarget }) => setAnswer(currentTarget.value)}
      />
      <button type="submit" class="primary" disabled={busy || over}>
        Submit
      </button>
      <button type="button" disabled={busy || over || steps === 0} onClick={() => void session.undo()}>
        Step back
      </button>
      <span class="quiet small">
        <kbd>Enter</kbd> runs, <kbd>Alt</kbd> <kbd>Enter</kbd> begins another line, <kbd>↑</kbd> recalls
      </span>
    </form>
  );
}
