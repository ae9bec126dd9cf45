import { stat } from 'node:fs/promises';
import type { EnvironmentEpisode } from '../../environments/environment.ts';
import type { StepResult } from '../../protocol/episode.ts';
import type { Failure } from '../../protocol/failure.ts';
import { type EndReason, type ResetEvent, TrajectoryEvent } from '../../protocol/trajectory.ts';
import { type Done, doneBy, lastReward } from '../episode-history.ts';
import type { EpisodePoint } from '../episode-point.ts';
import { doneIn } from '../recorded-events.ts';
import type { Inheritance, LastStep } from '../step-results.ts';
import { linesOf } from '../trajectory-lines.ts';
import { endOf } from '../turn.ts';

/** How a recorded episode ended by itself. */
export interface RecordedEnd {
  readonly reason: EndReason;
  readonly failure: Failure | null;
  /** The end between two steps, as the result of the next one. */
  readonly result?: StepResult;
  /** Whether its file has the line that closes it. */
  readonly closed: boolean;
}

/** An episode as its file has it. */
export interface RecordedEpisode {
  readonly path: string;
  readonly reset: ResetEvent;
  /** What led to its state: not the steps that were taken back. */
  readonly done: readonly Done[];
  readonly inherited: Inheritance;
  /** `null` if it goes on. */
  readonly end: RecordedEnd | null;
  /** Whether a client, a disconnection or a shutdown closed it. */
  readonly closed: boolean;
  /** Which server wrote to it last. */
  readonly server: string | undefined;
  /** Reference of its sandbox. */
  readonly sandbox: string | undefined;
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  /** End of each complete line, in bytes. */
  readonly ends: readonly number[];
  /** Size of the file when it was read, in bytes. */
  readonly size: number;
}

/** Reads the events of one episode, one after the other. */
class Reading {
  reset: ResetEvent | undefined;
  done: Done[] = [];
  lines: number[] = [];
  last: LastStep | undefined;
  end: RecordedEnd | null = null;
  closed = false;
  server: string | undefined;
  sandbox: string | undefined;

  take(event: TrajectoryEvent, line: number): void {
    switch (event.event) {
      case 'reset':
        this.reset = event;
        this.server = event.server;
        this.sandbox = event.sandbox;
        return;
      case 'step': {
        const { failure, step, terminated, truncated } = event;
        this.done.push(doneIn(event));
        this.lines.push(line);
        this.last = { step, terminated, truncated };
        this.#endBy(endOf(event), failure);
        return;
      }
      case 'evaluate':
        this.done.push(doneIn(event));
        this.#endBy(event.failure === null ? undefined : 'failure', event.failure);
        return;
      case 'limit': {
        const { failure, info, reward } = event;
        const observation = { output: '' };
        const step = event.after_step + 1;
        const facts = { step, observation, reward, failure, info };
        const result = { ...facts, terminated: false, truncated: true };
        this.end = { reason: endOf(result) ?? 'truncated', failure, result, closed: false };
        return;
      }
      case 'undo':
        this.sandbox = event.sandbox;
        this.done = doneBy(this.done, event.to_step, { of: (done) => done, present: false });
        this.lines.length = event.to_step;
        this.last =
          event.to_step === 0 ? undefined : { step: event.to_step, terminated: false, truncated: false };
        return;
      case 'resume':
        this.server = event.server ?? this.server;
        if (event.how === 'replay') this.sandbox = event.sandbox;
        return;
      case 'close':
        if (this.end === null) this.closed = true;
        else this.end = { ...this.end, closed: true };
    }
  }

  #endBy(reason: EndReason | undefined, failure: Failure | null): void {
    if (reason !== undefined) this.end = { reason, failure, closed: false };
  }
}

/** @throws {Error} if the file cannot be read or is no trajectory */
export async function readRecorded(path: string): Promise<RecordedEpisode> {
  const { size } = await stat(path);
  const reading = new Reading();
  const ends: number[] = [];
  for await (const [text, end] of linesOf(path)) {
    reading.take(TrajectoryEvent.parse(JSON.parse(text)), ends.length);
    ends.push(end);
  }
  const { closed, done, end, last, lines, reset, sandbox, server } = reading;
  if (reset === undefined) throw new Error(`${path} does not begin with a reset`);
  const inherited = { last, lines, stored: [] };
  const begunAt = Date.parse(reset.time);
  return { path, reset, done, inherited, end, closed, server, sandbox, begunAt, ends, size };
}

/** The state that a recorded episode was in. */
export function pointOf({ done, inherited, reset }: RecordedEpisode): EpisodePoint {
  return {
    episodeId: reset.episode_id,
    environment: reset.environment,
    options: reset.options,
    gradeMs: undefined,
    task: { ...reset.task, tags: [] },
    seed: reset.info.seed,
    step: inherited.last?.step ?? 0,
    done,
    lastReward: lastReward(done),
    record: null,
    results: [],
  };
}

/** Stands for the play of an episode that has ended: nothing runs in it. */
export function endedPlay({ reset }: RecordedEpisode): EnvironmentEpisode {
  const refuse = (): never => {
    throw new Error('the episode has ended');
  };
  return {
    task: { ...reset.task, tags: [] },
    get sandbox() {
      return refuse();
    },
    initial: { observation: reset.observation, durationMs: reset.info.duration_ms },
    act: refuse,
    grade: refuse,
    release: async () => {},
  };
}
