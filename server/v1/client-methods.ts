import type { z } from 'zod';
import { taskPage } from '../../environments/task-page.ts';
import type { ResetParams, ResetResult, StepParams, StepResult } from '../../protocol/episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { METHODS, type MethodName, type Params, type Result } from '../../protocol/methods.ts';
import type { ServerState } from '../../protocol/server-state.ts';
import { PROTOCOL_VERSION, STEPWELL_VERSION } from '../../protocol/version.ts';
import type { Config } from '../config/config.ts';
import type { AnswerWriter } from '../connection/answer-writer.ts';
import type { FlowControl } from '../connection/flow-control.ts';
import { clipped } from '../json/excerpt.ts';
import { invalidParams } from '../json/param-issues.ts';
import { RequestQueue } from '../memory/request-queue.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import { ClientGate, type StepGate } from '../memory/step-gate.ts';
import type { EpisodeRegistry } from '../registry/registry.ts';
import type { ServerFacts } from '../registry/server-facts.ts';
import type { StoreMethod, StoreMethods } from '../store/requests.ts';
import { DEFAULT_INTERVAL_MS, type Watching } from '../watch/watching.ts';
import type { Relay, RelayMaker } from '../workers/relay.ts';
import type { CollectedAnswers } from './collected-answers.ts';
import { Forker } from './forker.ts';
import { type RpcCaller, tooLarge } from './json-rpc.ts';
import { ManyEpisodes } from './many-episodes.ts';
import { Notifier } from './notifier.ts';
import {
  askStore,
  liveEpisodes,
  type OperatorParts,
  secretTask,
  trajectoryPath,
} from './operator-methods.ts';
import { EpisodeOwner } from './owner.ts';
import { WatchingClient } from './watching-client.ts';

/** Cheap to request and expensive to answer: one at a time per socket. */
export const LISTS: ReadonlySet<string> = new Set([
  'environments/list',
  'tasks/list',
  'episodes/list',
] satisfies MethodName[]);

/** Name of a client that gives none. */
const FRONT = 'v1';
const MAX_NAME = 40;

type Handlers = {
  readonly [M in MethodName]: (params: Params<M>, caller: RpcCaller) => Promise<Result<M>>;
};

export interface ClientMethodsParts {
  /** Number of the connection, from 1. */
  readonly number: number;
  readonly registry: EpisodeRegistry;
  readonly facts: ServerFacts;
  /** For episodes of other workers. @default there are none */
  readonly relay?: RelayMaker | undefined;
  /** What the whole server tells of itself. @default that of `facts` */
  readonly state?: (() => Promise<ServerState>) | undefined;
  readonly config: Config;
  readonly memory: ServerMemory;
  readonly operator: OperatorParts;
  readonly flow: FlowControl;
  readonly writer: AnswerWriter;
  /** Answers that wait for the rest of their batches. */
  readonly collected: CollectedAnswers;
  readonly watching: Watching;
  /** Takes an error that is a fault of the server. */
  readonly onFault: (method: string, error: unknown) => void;
  /** Called when another worker that has episodes of the client has gone. */
  readonly onRelayLost: () => void;
}

export function isMethod(name: string): name is MethodName {
  return Object.hasOwn(METHODS, name);
}

/** The methods of the protocol, for one client. */
export class ClientMethods {
  /** The client's episodes. */
  readonly owner: EpisodeOwner;
  readonly #parts: ClientMethodsParts;
  readonly #gate: ClientGate;
  readonly #relay: Relay | undefined;
  /** For steps of a batch: a step whose answer would not fit does not run. */
  readonly #batchGate: StepGate;
  readonly #forker: Forker;
  readonly #many: ManyEpisodes;
  readonly #watcher: WatchingClient;
  #client = FRONT;
  readonly #looking = new RequestQueue();

  constructor(parts: ClientMethodsParts) {
    const { collected, config, flow, memory, onFault, registry, writer } = parts;
    this.#parts = parts;
    const notifier = new Notifier(flow, writer);
    // A client that has gone need not be told.
    const onMoved = (episode_id: string): void =>
      void notifier.send('episode/moved', { episode_id }).catch(() => {});
    const owner = new EpisodeOwner(registry, config.max_episodes_per_connection, onMoved, () => this.#name);
    this.owner = owner;
    this.#watcher = new WatchingClient(flow, notifier);
    this.#relay = parts.relay?.({ onMoved, onLost: parts.onRelayLost });
    const outputs = memory.outputs.client();
    const gate = new ClientGate({ flow, outputs, outputBytes: config.max_output_bytes });
    this.#gate = gate;
    this.#batchGate = gate.unless(() => (collected.full ? tooLarge() : undefined));
    this.#forker = new Forker({
      owner,
      registry,
      gate,
      copies: memory.copies,
      onFault: (error) => onFault('episode/fork', error),
    });
    this.#many = new ManyEpisodes({
      owner,
      registry,
      flow,
      requests: memory.requests,
      collected,
      notifier,
      onWritten: (result) => gate.written(result),
      onFault,
    });
  }

  /** The client has disconnected. */
  leave(): void {
    this.owner.leave();
    this.#parts.watching.remove(this.#watcher);
  }

  /** A result has been written as an answer, or dropped. */
  written(result: unknown): void {
    this.#gate.written(result);
  }

  /** @throws {ProtocolError} at once or later */
  call<M extends MethodName>(method: M, params: unknown, caller: RpcCaller): Promise<Result<M>> {
    const parsed = this.#schemaOf(method).safeParse(params ?? {});
    if (!parsed.success) throw invalidParams(parsed.error);
    const own = (): Promise<Result<M>> => this.#handlers[method](parsed.data as Params<M>, caller);
    const relayed = this.#relay?.take(method, parsed.data);
    return relayed === undefined ? own() : relayed.then((result) => result ?? own());
  }

  /** Whether the client has no open episode here. */
  get idle(): boolean {
    return this.owner.idle && (this.#relay?.idle ?? true);
  }

  /** The client's socket has closed. @param polite whether by a closing handshake */
  close(polite: boolean): void {
    this.#relay?.close(polite);
  }

  #schemaOf(method: MethodName): z.ZodType {
    const { options } = this.#parts.registry;
    if (method === 'episode/reset') return options.params;
    return method === 'episode/reset_many' ? options.manyParams : METHODS[method].params;
  }

  readonly #handlers: Handlers = {
    initialize: async (params) => this.#initialize(params),
    'server/state': async () => (await this.#parts.state?.()) ?? this.#parts.facts.state,
    'environments/list': () =>
      this.#list(() => ({
        environments: [...this.#parts.registry.environments.values()].map(({ info }) => info),
      })),
    'tasks/list': (params) =>
      this.#list(() => taskPage(this.#parts.registry.environment(params.environment), params)),
    'tasks/reload': async () => ({ datasets: await this.#parts.registry.reload() }),
    'episode/reset': (params, caller) => this.#reset(params, caller),
    'episode/reset_many': (params, caller) => this.#many.reset(params, caller),
    'episode/step': (params, { batched }) => this.#step(params, batched ? this.#batchGate : this.#gate),
    'episode/step_many': (params, caller) =>
      this.#many.step(params, caller, (one) =>
        this.#step(one, caller.batched ? this.#batchGate : this.#gate),
      ),
    'episode/evaluate': async ({ episode_id }) => (await this.owner.get(episode_id)).evaluate(),
    'episode/state': async ({ episode_id }) => (await this.owner.get(episode_id)).state(),
    'episode/resume': async ({ resume_token }) => (await this.owner.resume(resume_token)).resumed(this.#gate),
    'episode/fork': (params, { sent }) => this.#forker.fork(params, sent),
    'episode/undo': (params) => this.#forker.undo(params),
    'episode/close': async ({ episode_id }) => {
      await this.owner.close(episode_id);
      return { closed: true };
    },
    'server/watch': async ({ interval_ms = DEFAULT_INTERVAL_MS }) => {
      this.#parts.watching.add(this.#watcher, interval_ms);
      return { interval_ms };
    },
    'server/unwatch': async () => ({ watched: this.#parts.watching.remove(this.#watcher) }),
    'episodes/list': (params) => this.#list(() => liveEpisodes(this.#parts.operator, params)),
    'tasks/read': async (params) => secretTask(this.#parts.operator, params),
    'trajectories/changes': async (params) => {
      const path = await trajectoryPath(this.#parts.operator, params);
      return this.#looking.run(() => this.#forker.changes(path, params.step));
    },
    'trajectories/fork': async (params, { sent }) =>
      this.#forker.forkRecorded(await trajectoryPath(this.#parts.operator, params), params, sent),
    'trajectories/list': (params) => this.#look('list', params),
    'trajectories/read': (params) => this.#look('read', params),
    'trajectories/stats': (params) => this.#look('stats', params),
  };

  /** As those who watch see it, e.g. `v1 #3`, or with the name that it has given. */
  get #name(): string {
    return `${this.#client} #${this.#parts.number}`;
  }

  #initialize(params: Params<'initialize'>): Result<'initialize'> {
    if (params.protocol_version !== PROTOCOL_VERSION) {
      const message = `This server speaks protocol version ${PROTOCOL_VERSION}, the client ${params.protocol_version}.`;
      throw new ProtocolError('version_mismatch', message, { protocol_version: PROTOCOL_VERSION });
    }
    this.#client = clipped(params.client?.name ?? FRONT, MAX_NAME);
    const { max_frame_bytes, max_episodes, max_episodes_per_connection } = this.#parts.config;
    const { step_timeout_ms, grace_ms, queue_timeout_ms } = this.#parts.config;
    return {
      protocol_version: PROTOCOL_VERSION,
      server: { name: 'stepwell', version: STEPWELL_VERSION, node: this.#parts.facts.node },
      limits: {
        max_frame_bytes,
        max_episodes,
        max_episodes_per_connection,
        step_timeout_ms,
        queue_timeout_ms,
        grace_ms,
      },
    };
  }

  /** At most one list per turn of the event loop, over all clients, and none for a client that does not read. */
  async #list<T>(make: () => T): Promise<T> {
    for (;;) {
      await this.#parts.flow.ready();
      const made = await this.#parts.memory.listing.run(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        return this.#parts.flow.flows ? { list: make() } : undefined;
      });
      if (made !== undefined) return made.list;
    }
  }

  /** One question to the store at a time. It is answered in another thread. */
  #look<M extends StoreMethod>(
    method: M,
    params: StoreMethods[M]['params'],
  ): Promise<StoreMethods[M]['result']> {
    return this.#looking.run(async (): Promise<StoreMethods[M]['result']> => {
      await this.#parts.flow.ready();
      return askStore(this.#parts.operator, method, params);
    });
  }

  async #reset(params: ResetParams, { id, sent }: RpcCaller): Promise<ResetResult> {
    const { environment, episode_id, ...options } = params;
    const result = await this.owner.open({
      environment,
      options,
      onQueued: (place) => this.#many.queued(id, environment, place),
      onBuilding: (progress) => this.#many.building(id, environment, progress),
      ...(episode_id === undefined ? {} : { episodeId: episode_id }),
    });
    sent.push(() => this.owner.told(result.episode_id));
    return result;
  }

  /** @throws {ProtocolError} at once or later */
  #step(params: StepParams, gate: StepGate): Promise<StepResult> {
    const { action, episode_id, step } = params;
    if (this.#relay?.has(episode_id)) {
      // It has this one: there is an answer.
      return this.#relay.take('episode/step', params) as Promise<StepResult>;
    }
    this.#parts.registry.refuseWhenDraining();
    const episode = this.owner.get(episode_id);
    if (episode instanceof Promise) return episode.then((opened) => opened.step(step, action, gate));
    return episode.step(step, action, gate);
  }
}
