import type { BuildProgress, QueuePlace } from '../../docker/sandbox.ts';
import type { StepParams, StepResult } from '../../protocol/episode.ts';
import type { ResetEntry, ResetManyParams, StepManyParams, StepManyResult } from '../../protocol/many.ts';
import type { FlowControl } from '../connection/flow-control.ts';
import { REQUEST_BYTES, type RequestMemory } from '../memory/request-memory.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import type { CollectedAnswers } from './collected-answers.ts';
import type { RpcCaller, RpcId } from './json-rpc.ts';
import type { Notifier } from './notifier.ts';
import type { EpisodeOwner } from './owner.ts';
import { ResetMany, sizeOfGroup } from './reset-many.ts';
import { stepMany } from './step-many.ts';

export interface ManyEpisodesParts {
  readonly owner: EpisodeOwner;
  readonly registry: EpisodeRegistry;
  readonly flow: FlowControl;
  readonly requests: RequestMemory;
  readonly collected: CollectedAnswers;
  readonly notifier: Notifier;
  /** Called when a result has been sent, or dropped. */
  readonly onWritten: (result: StepResult) => void;
  /** Takes an error that is a fault of the server. */
  readonly onFault: (method: string, error: unknown) => void;
}

/** The requests of one client for many episodes at once. Each of their entries counts as a request in progress. */
export class ManyEpisodes {
  readonly #parts: ManyEpisodesParts;

  constructor(parts: ManyEpisodesParts) {
    this.#parts = parts;
  }

  /** A reset waits for its sandbox. @param id of its request */
  queued(id: RpcId | undefined, environment: string, { position, expectedWaitMs }: QueuePlace): void {
    if (id === undefined) return;
    const place = { position, expected_wait_ms: expectedWaitMs };
    this.#parts.notifier.hint('episode/queued', { request_id: id, environment, ...place });
  }

  /** The image of a reset is built first. @param id of its request */
  building(id: RpcId | undefined, environment: string, progress: BuildProgress): void {
    if (id === undefined) return;
    this.#parts.notifier.hint('episode/building', { request_id: id, environment, ...progress });
  }

  /** @throws {ProtocolError} `environment_not_found`, `invalid_params`, `shutting_down` */
  async reset(params: ResetManyParams, { id, sent }: RpcCaller): Promise<{ episodes: ResetEntry[] }> {
    const { collected, notifier, onFault, owner, registry } = this.#parts;
    registry.refuseWhenDraining();
    const { environment } = params;
    registry.options.refuseForeign(registry.environment(environment).id, params);
    const many = new ResetMany(params, {
      id,
      notifier,
      collected,
      open: async (options, onQueued) => {
        const result = await owner.open({
          environment,
          options,
          onQueued,
          onBuilding: (progress) => this.building(id, environment, progress),
        });
        sent.push(() => owner.told(result.episode_id));
        return result;
      },
      told: (episode) => owner.told(episode),
      close: (episode) => owner.close(episode),
      onFault: (error) => onFault('episode/reset_many', error),
    });
    return this.#counted(sizeOfGroup(params), (onSettled) => many.run(onSettled));
  }

  /** @param step makes one of the steps */
  step(
    params: StepManyParams,
    caller: RpcCaller,
    step: (params: StepParams) => Promise<StepResult>,
  ): Promise<StepManyResult> {
    const { notifier, onFault, onWritten } = this.#parts;
    const fault = (error: unknown): void => onFault('episode/step_many', error);
    return this.#counted(params.steps.length, (onSettled) =>
      stepMany(params, { caller, step, notifier, onWritten, onSettled, onFault: fault }),
    );
  }

  /**
   * Run a request that counts as this many, and as one less after each entry, so that the client's other requests need not wait
   * for the slowest one. The last entry counts as the request itself.
   * @param run takes what is to be called as each entry settles
   */
  async #counted<T>(requests: number, run: (onSettled: () => void) => Promise<T>): Promise<T> {
    let more = requests - 1;
    this.#count(more);
    const end = (entries: number): void => {
      more -= entries;
      this.#count(-entries);
    };
    try {
      return await run(() => end(Math.min(1, more)));
    } finally {
      end(more);
    }
  }

  #count(requests: number): void {
    const { flow, requests: memory } = this.#parts;
    memory.change(requests * REQUEST_BYTES);
    if (requests < 0) flow.end(-requests, 0);
    else flow.begin(requests, 0);
  }
}
