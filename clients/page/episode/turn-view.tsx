import { memo } from 'preact/compat';
import type { ActionObject } from '../../../protocol/action.ts';
import type { Observation, StepInfo } from '../../../protocol/episode.ts';
import type { Server } from '../connection/server.ts';
import { plural, span } from '../parts/format.ts';
import { addressOf } from '../parts/route.ts';
import { Code, languageOf } from '../text/code.tsx';
import { TerminalText } from '../text/terminal-text.tsx';
import { visible } from '../text/visible.ts';
import { Reward } from '../views/reward.tsx';
import { Changes } from './changes.tsx';
import { ExplanationView } from './explanation.tsx';
import type { ShownTurn } from './timeline.ts';

interface TurnProps {
  readonly turn: ShownTurn;
  readonly environment: string;
  readonly path?: string | undefined;
  /** Tells which files the step changed. @default nobody is asked */
  readonly server?: Server | undefined;
  /** Its explanation is shown elsewhere. */
  readonly isExplained?: boolean;
}

/** One turn: the action, its output, and what is known of it. */
export const TurnView = memo(({ environment, isExplained, path, server, turn }: TurnProps) => {
  const { action, event, explanation, step, undone } = turn;
  const observation = 'observation' in event ? event.observation : undefined;
  const isStep = action !== null;
  return (
    <article
      class={`turn ${undone ? 'undone' : ''}`}
      id={isStep && !undone ? `step-${step}` : undefined}
      data-item
      tabIndex={-1}
      aria-label={isStep ? `Step ${step}` : `Grade after step ${step}`}
    >
      <header>
        <h3>{isStep ? `Step ${step}` : event.event === 'limit' ? 'Time is over' : 'Grade'}</h3>
        {undone && <span class="badge">taken back</span>}
        {observation !== undefined && <Status observation={observation} info={event.info} />}
        <span class="quiet">{span(event.info.duration_ms)}</span>
        {(event.reward !== null || event.failure !== null) && (
          <Reward reward={event.reward} failure={event.failure?.code} />
        )}
        {isStep && path !== undefined && !undone && <Links path={path} step={step} />}
      </header>
      {action !== null && <Action action={action} environment={environment} />}
      {observation !== undefined && <Outcome observation={observation} />}
      {action !== null && 'code' in action && path !== undefined && server !== undefined && !undone && (
        <Changes server={server} path={path} step={step} />
      )}
      {event.failure !== null && (
        <p class="problem">
          {event.failure.code}: {visible(event.failure.message)}
        </p>
      )}
      {event.info.ungraded !== undefined && <p class="note">Not graded: {visible(event.info.ungraded)}</p>}
      {explanation !== undefined && !isExplained && (
        <details>
          <summary>Why this reward</summary>
          <ExplanationView explanation={explanation} />
        </details>
      )}
    </article>
  );
});

function Links({ path, step }: { readonly path: string; readonly step: number }) {
  return (
    <span class="links">
      <a
        href={addressOf('episode', path, { step })}
        aria-label={`Link to step ${step}`}
        title="Link to this step"
      >
        #
      </a>
      <a
        href={addressOf('play', '', { from: path, step: step - 1 })}
        title="Fork the episode before this step and type on"
      >
        Fork before
      </a>
    </span>
  );
}

function Action({ action, environment }: { readonly action: ActionObject; readonly environment: string }) {
  if ('code' in action) {
    return (
      <>
        <Code code={action.code} language={languageOf(environment)} />
        {action.stdin !== undefined && (
          <details>
            <summary>Standard input</summary>
            <pre class="code">{visible(action.stdin.slice(0, 20_000))}</pre>
          </details>
        )}
      </>
    );
  }
  if ('submit' in action) {
    return (
      <p class="submit">
        <b>submit</b> {action.answer !== undefined && <code>{visible(action.answer.slice(0, 4_000))}</code>}
      </p>
    );
  }
  const [name = ''] = Object.keys(action);
  return (
    <p class="submit">
      <b>{name}</b> {'extend' in action && `by ${plural(action.extend, 'turn')}`}
    </p>
  );
}

function Status({ info, observation }: { readonly info: StepInfo; readonly observation: Observation }) {
  const { exit_code: exit, timed_out, truncated_bytes: cut } = observation;
  return (
    <>
      {typeof exit === 'number' && <span class={`badge ${exit === 0 ? 'good' : 'bad'}`}>exit {exit}</span>}
      {typeof exit !== 'number' && info.action_executed === false && <span class="badge bad">error</span>}
      {timed_out === true && <span class="badge bad">timed out</span>}
      {typeof cut === 'number' && cut > 0 && (
        <span class="badge">{cut.toLocaleString('en')} bytes left out</span>
      )}
      {info.limit !== undefined && <span class="badge bad">limit: {info.limit}</span>}
    </>
  );
}

function Outcome({ observation }: { readonly observation: Observation }) {
  const { output } = observation;
  return output === '' ? <p class="quiet small">no output</p> : <TerminalText text={output} />;
}
