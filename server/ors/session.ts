import { withDeadline } from '../../docker/deadline.ts';
import type { ResetOptions, ResetResult, StepResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { OrsCall } from '../../protocol/ors.ts';
import type { KeptEpisodes } from '../fronts/kept-episodes.ts';
import type { ClientGate } from '../memory/step-gate.ts';
import { ClientGone } from '../registry/opening.ts';
import { Call } from './call.ts';
import { type CallResult, callResult, type OrsTools, refusedCall } from './tools.ts';

/** Maximum time that a request waits for the episode to begin, in milliseconds. Then the client asks again. */
const WAIT_MS = 25_000;

/** The episode has not begun yet: ask again. */
export class StillStarting extends Error {
  override readonly name = 'StillStarting';
  override readonly message = 'Environment still starting.';
}

export interface OrsSessionParts {
  readonly id: string;
  readonly environment: string;
  readonly options: ResetOptions;
  readonly tools: OrsTools;
  readonly episodes: KeptEpisodes;
  readonly gate: ClientGate;
}

/** One episode, which begins while the client does something else. */
export class OrsSession {
  readonly #parts: OrsSessionParts;
  readonly #leaving = new AbortController();
  #opening: Promise<void>;
  #begun: ResetResult | undefined;
  #error: unknown;
  #last: Call | undefined;
  readonly #running = new Set<Promise<void>>();

  constructor(parts: OrsSessionParts) {
    this.#parts = parts;
    this.#opening = this.#open();
  }

  get environment(): string {
    return this.#parts.environment;
  }

  get tools(): OrsTools {
    return this.#parts.tools;
  }

  /**
   * What the reset returned. A reset that found no free sandbox is made again as long as the client asks.
   * @throws {StillStarting} @throws {ProtocolError} as `EpisodeRegistry.open`
   */
  async ready(): Promise<ResetResult> {
    if (this.#begun !== undefined) return this.#begun;
    if (this.#isFull()) this.#opening = this.#open();
    await withDeadline(this.#opening, WAIT_MS, () => {
      throw new StillStarting();
    });
    if (this.#begun !== undefined) return this.#begun;
    throw this.#isFull() ? new StillStarting() : this.#error;
  }

  /** Begin a call, or find the one that was begun with this id; `undefined` if there is none any more. */
  call({ name, input, task_id }: OrsCall): Call | undefined {
    if (task_id !== undefined && task_id !== null) {
      return this.#last?.id === task_id ? this.#last : undefined;
    }
    this.#last?.drop();
    const call = new Call({
      gate: this.#parts.gate,
      run: (stepped) => this.#run(name, input, stepped),
      onDropped: (dropped) => {
        if (this.#last === dropped) this.#last = undefined;
      },
    });
    this.#last = call;
    const settle = (): void => {
      this.#running.delete(settled);
    };
    const settled: Promise<void> = call.result.then(settle, settle);
    this.#running.add(settled);
    return call;
  }

  /** Settles when the oldest running call does; `undefined` if none runs. */
  get running(): Promise<void> | undefined {
    const [oldest] = this.#running;
    return oldest;
  }

  /** End the episode. Never throws. */
  async leave(): Promise<void> {
    this.#leaving.abort(new ClientGone());
    this.#last?.drop();
    await this.#parts.episodes.close(this.#parts.id, 'client');
  }

  async #run(
    name: string,
    input: OrsCall['input'],
    stepped: (step: StepResult) => void,
  ): Promise<CallResult> {
    const { id, tools, episodes, gate } = this.#parts;
    const action = tools.actionOf(name, input);
    if ('ok' in action) return action;
    try {
      return await episodes.use(id, async (episode) => {
        const result = await episode.step(undefined, action, gate);
        stepped(result);
        return callResult(result);
      });
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      return refusedCall(error.message, error.error === 'episode_over' ? 'episode_finished' : null);
    }
  }

  #isFull(): boolean {
    return this.#error instanceof ProtocolError && this.#error.error === 'capacity';
  }

  /** Never rejects. */
  async #open(): Promise<void> {
    const { id, environment, options, episodes } = this.#parts;
    this.#error = undefined;
    try {
      this.#begun = await episodes.open(id, { environment, options, signal: this.#leaving.signal });
    } catch (error) {
      this.#error = error;
    }
  }
}
