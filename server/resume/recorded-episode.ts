import { stat } from 'node:fs/promises';
import type { EnvironmentEpisode } from '../../environments/environment.ts';
import type { Failure } from '../../protocol/failure.ts';
import type { EndReason, ResetEvent } from '../../protocol/trajectory.ts';
import type { RecordedEnd } from '../episode/parts.ts';
import type { EpisodePoint } from '../episode/point.ts';
import { goneOn, type LastStep, type PastResults } from '../episode/step-results.ts';
import { endOf } from '../episode/turn.ts';
import { lastReward } from '../trajectory/past.ts';
import {
  eventsIn,
  type RecordedEvent,
  RecordedPast,
  type RecordedTurn,
} from '../trajectory/recorded-past.ts';

/** An episode as its file has it. */
export interface RecordedEpisode {
  readonly path: string;
  readonly reset: ResetEvent;
  /** What led to its state: not the steps that were taken back. */
  readonly past: readonly RecordedTurn[];
  /** Where its steps are in the file. */
  readonly results: PastResults;
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

/** What the events of one episode tell, read one after the other. */
class Reading {
  readonly past = new RecordedPast();
  reset: ResetEvent | undefined;
  last: LastStep | undefined;
  end: RecordedEnd | null = null;
  closed = false;
  server: string | undefined;
  sandbox: string | undefined;

  take(recorded: RecordedEvent): void {
    const { event } = recorded;
    this.past.take(recorded);
    switch (event.event) {
      case 'reset':
        this.reset = event;
        this.server = event.server;
        this.sandbox = event.sandbox;
        return;
      case 'step': {
        const { failure, step, terminated, truncated } = event;
        this.last = { step, terminated, truncated };
        this.#endBy(endOf(event), failure);
        return;
      }
      case 'evaluate':
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
        this.last = goneOn(event.to_step);
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
  for await (const recorded of eventsIn(path)) {
    reading.take(recorded);
    ends.push(recorded.end);
  }
  const { closed, end, last, reset, sandbox, server } = reading;
  if (reset === undefined) throw new Error(`${path} does not begin with a reset`);
  const past = reading.past.turns;
  const lines = past.flatMap(({ action, line }) => (action === null ? [] : [line]));
  const results = { last, lines, stored: [] };
  const begunAt = Date.parse(reset.time);
  return { path, reset, past, results, end, closed, server, sandbox, begunAt, ends, size };
}

/** The state that a recorded episode was in. */
export function pointOf({ past, reset, results }: RecordedEpisode): EpisodePoint {
  return {
    episodeId: reset.episode_id,
    environment: reset.environment,
    options: reset.options,
    gradeMs: undefined,
    task: { ...reset.task, tags: [] },
    seed: reset.info.seed,
    step: results.last?.step ?? 0,
    past,
    pastLines: null,
    lastReward: lastReward(past),
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
