import { useEffect, useMemo } from 'preact/hooks';
import { aligned, firstLine, type Pair } from '../compare/alignment.ts';
import { Others } from '../compare/others.tsx';
import { EpisodeReader } from '../episode/reader.ts';
import { turnsOf } from '../episode/timeline.ts';
import { TurnView } from '../episode/turn-view.tsx';
import { plural, span } from '../parts/format.ts';
import type { Parts } from '../parts/parts.ts';
import { addressOf, type Route } from '../parts/route.ts';
import { useStore } from '../parts/store.ts';
import { visible } from '../text/visible.ts';
import { Problem } from './problem.tsx';
import { Reward } from './reward.tsx';

/** Two episodes of one task side by side, with the first difference marked. */
export function Compare({ live, route, server }: Parts & { readonly route: Route }) {
  const [a, b] = [route.query.get('a'), route.query.get('b')];
  if (a === null || a === '') {
    return (
      <section class="empty">
        <h1>Compare two episodes</h1>
        <p>
          Choose two in <a href="#/episodes">Episodes</a>, or one here by its <em>Compare</em> button.
        </p>
      </section>
    );
  }
  if (b === null || b === '') return <Others key={a} server={server} live={live} path={a} />;
  return <Two key={`${a} ${b}`} server={server} live={live} a={a} b={b} />;
}

interface TwoProps extends Parts {
  readonly a: string;
  readonly b: string;
}

/** Characters of a line that differs. */
const MOST_OF_LINE = 300;

const WORDS: Readonly<Record<NonNullable<Pair['difference']>, string>> = {
  action: 'the actions differ',
  observation: 'the same action had another outcome',
  reward: 'the rewards differ',
  length: 'only one of them made this step',
};

function Two({ a, b, live, server }: TwoProps) {
  const [one, other] = useMemo(
    () => [new EpisodeReader(server, live, a), new EpisodeReader(server, live, b)] as const,
    [server, live, a, b],
  );
  useStore(one);
  useStore(other);
  useEffect(() => one.start(), [one]);
  useEffect(() => other.start(), [other]);
  const problem = one.problem ?? other.problem;
  if (problem !== undefined) return <Problem error={problem} />;
  if (one.summary === undefined || other.summary === undefined)
    return <p class="empty">Reading both episodes …</p>;
  const pairs = aligned(turnsOf(one.entries), turnsOf(other.entries));
  const first = pairs.find(({ difference }) => difference !== null);
  const equal = first === undefined ? pairs.length : first.number - 1;
  const isSameTask =
    one.summary.task === other.summary.task && one.summary.environment === other.summary.environment;
  return (
    <>
      <h1>
        <span class="mono">{visible(one.summary.task)}</span> <span class="count">two episodes</span>
      </h1>
      {!isSameTask && (
        <p class="problem">
          These are two tasks: <code>{visible(one.summary.task)}</code> and{' '}
          <code>{visible(other.summary.task)}</code>. Their steps say little about each other.
        </p>
      )}
      <div class="branches">
        <Head reader={one} name="A" />
        <Head reader={other} name="B" />
      </div>
      {equal > 0 && (
        <details>
          <summary>{plural(equal, 'equal step')}</summary>
          <ol class="timeline">
            {pairs.slice(0, equal).map(({ a: turn }) => (
              <li>
                {turn && <TurnView turn={turn} environment={one.summary?.environment ?? ''} path={a} />}
              </li>
            ))}
          </ol>
        </details>
      )}
      {first === undefined ? (
        <p class="note">Both made the same steps, with the same outcomes.</p>
      ) : (
        <ol class="timeline">
          {pairs.slice(equal).map((pair) => (
            <li>
              {pair === first && (
                <p class="first" id="first-difference">
                  First difference, step {pair.number}: {WORDS[pair.difference ?? 'action']}
                </p>
              )}
              {pair === first && <Where pair={pair} pairs={pairs} />}
              <div class="branches">
                <Side turn={pair.a} environment={one.summary?.environment ?? ''} path={a} />
                <Side turn={pair.b} environment={other.summary?.environment ?? ''} path={b} />
              </div>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

/** The line in which the outcomes of one action differ, and where the actions differ first. */
function Where({ pair, pairs }: { readonly pair: Pair; readonly pairs: readonly Pair[] }) {
  if (pair.difference !== 'observation') return null;
  const line = firstLine(pair);
  const action = pairs.find(({ difference }) => difference === 'action' || difference === 'length');
  return (
    <div class="where">
      {line !== null && (
        <pre class="diff">
          <span class="at">line {line.line}</span>
          <span class="minus">A {visible(line.a.slice(0, MOST_OF_LINE))}</span>
          <span class="plus">B {visible(line.b.slice(0, MOST_OF_LINE))}</span>
        </pre>
      )}
      {action !== undefined && <p class="quiet">The actions differ from step {action.number} on.</p>}
    </div>
  );
}

function Head({ name, reader }: { readonly name: string; readonly reader: EpisodeReader }) {
  const { summary } = reader;
  if (summary === undefined) return null;
  const { duration_ms, failure, path, reward, steps, tags } = summary;
  return (
    <div class="side-head">
      <b>{name}</b> <Reward reward={reward} failure={failure} />{' '}
      <span class="quiet">
        {plural(steps, 'step')}, {span(duration_ms)}
      </span>{' '}
      {tags.map((tag) => (
        <span class="tag">{visible(tag)}</span>
      ))}
      <a href={addressOf('episode', path)}>Episode and why</a>
    </div>
  );
}

interface SideProps {
  readonly turn: Pair['a'];
  readonly environment: string;
  readonly path: string;
}

function Side({ environment, path, turn }: SideProps) {
  if (turn === undefined) return <p class="empty">No such step.</p>;
  return <TurnView turn={turn} environment={environment} path={path} />;
}
