import type { Action } from '../../protocol/action.ts';
import type { StepResult } from '../../protocol/episode.ts';
import { MAX_MANY, ResultNote, type StepManyParams } from '../../protocol/many.ts';
import { Arrivals } from './arrivals.ts';
import { ConnectionLostError, InterruptedError, MalformedResultError } from './call-errors.ts';
import type { Episode } from './episode.ts';
import { remoteError, StepwellError } from './errors.ts';
import type { Call, CallOptions } from './pending-call.ts';

/** A step to make. */
export interface StepRequest {
  readonly episode: Episode;
  /** Code as a plain string, or an action object. */
  readonly action: Action;
  /** Request this step instead of the next one: a step already done returns its stored result. */
  readonly step?: number;
}

interface Asked {
  /** Place in the list of steps, from 0. */
  readonly index: number;
  readonly episode: Episode;
  /** Number of the step. */
  readonly step: number;
}

/** What became of a step: its result, or why it has none. */
export type StepOutcome = Asked & ({ readonly result: StepResult } | { readonly error: StepwellError });

/** What `stepMany` needs of its client. */
export interface StepManyLink {
  call(params: StepManyParams, options: CallOptions & Pick<Call, 'step' | 'onNote'>): Promise<unknown>;
  /** A result has come. @throws {MalformedResultError} in strict mode, it does not fit its schema */
  take(episode: Episode, result: StepResult): StepResult;
}

interface Entry extends Asked {
  readonly action: Action;
  /** The caller chose its number. */
  readonly chosen: boolean;
  settled: boolean;
}

/**
 * Make many steps at the same time. They are requested at once; the outcomes come in the order in which they are there, one for
 * each step. Nothing is thrown.
 */
export function stepMany(
  link: StepManyLink,
  steps: Iterable<StepRequest>,
  options: CallOptions,
): AsyncIterable<StepOutcome> {
  const entries = [...steps].map(({ episode, action, step }, index): Entry => {
    const chosen = step !== undefined;
    return { index, episode, action, chosen, step: episode.takeNumber(step), settled: false };
  });
  const arrivals = new Arrivals<StepOutcome>(entries.length);
  for (let from = 0; from < entries.length; from += MAX_MANY) {
    void new Part(link, entries.slice(from, from + MAX_MANY), arrivals).run(options);
  }
  return arrivals;
}

/** The steps of one request. */
class Part {
  readonly #link: StepManyLink;
  readonly #entries: readonly Entry[];
  readonly #arrivals: Arrivals<StepOutcome>;

  constructor(link: StepManyLink, entries: readonly Entry[], arrivals: Arrivals<StepOutcome>) {
    this.#link = link;
    this.#entries = entries;
    this.#arrivals = arrivals;
  }

  /** Never rejects. */
  async run(options: CallOptions): Promise<void> {
    const { timeoutMs = Math.max(...this.#entries.map(deadlineOf)), signal } = options;
    const steps = this.#entries.map(({ action, episode, step }) => ({
      episode_id: episode.id,
      step,
      action,
    }));
    const onNote = (_method: string, params: unknown): void => this.#note(params);
    let cause: unknown = new MalformedResultError('the server left out the outcome of a step');
    try {
      await this.#link.call({ steps }, { timeoutMs, signal, step: null, onNote });
    } catch (error) {
      cause = error;
    }
    for (const entry of this.#entries) if (!entry.settled) void this.#unanswered(entry, cause, options);
  }

  #note(params: unknown): void {
    const note = params as ResultNote;
    const entry = this.#entries[note.index];
    if (entry === undefined || entry.settled) return;
    if (note.result !== undefined) this.#done(entry, note.result);
    else {
      const { error } = ResultNote.parse(params);
      this.#failed(entry, remoteError(error ?? { code: 0, message: 'no result' }));
    }
  }

  /** After a lost socket, a step is requested by itself, under its number: it waits until its episode is resumed. */
  async #unanswered(entry: Entry, cause: unknown, { signal, timeoutMs }: CallOptions): Promise<void> {
    if (!(cause instanceof InterruptedError || cause instanceof ConnectionLostError)) {
      this.#failed(entry, cause);
      return;
    }
    const { action, episode, step } = entry;
    try {
      this.#done(entry, await episode.step(action, { step, signal, timeoutMs }));
    } catch (error) {
      this.#failed(entry, error);
    }
  }

  #done(entry: Entry, result: StepResult): void {
    const { episode, index, step } = entry;
    try {
      const taken = this.#link.take(episode, result);
      episode.stepped(step, taken);
      entry.settled = true;
      this.#arrivals.add({ index, episode, step, result: taken });
    } catch (error) {
      this.#failed(entry, error);
    }
  }

  #failed(entry: Entry, cause: unknown): void {
    const { chosen, episode, index, step } = entry;
    const error =
      cause instanceof StepwellError ? cause : new MalformedResultError('a step failed', { cause });
    entry.settled = true;
    if (!chosen) episode.giveNumberBack(step, error);
    this.#arrivals.add({ index, episode, step, error });
  }
}

function deadlineOf({ action, episode }: Entry): number {
  return episode.deadlineOf(action);
}
