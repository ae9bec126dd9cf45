import type { EnvironmentInfo } from '../../../protocol/environment.ts';
import type { Params, Result } from '../../../protocol/methods.ts';
import { nodeOfToken, type ServerState } from '../../../protocol/server-state.ts';
import type { StepwellClient } from '../client.ts';
import type { ClientOptions } from '../client-options.ts';
import type { Episode } from '../episode.ts';
import { EpisodeNotFoundError } from '../errors.ts';
import type { CallOptions } from '../pending-call.ts';
import type { Opened } from '../reset-many.ts';
import type { ResetCallOptions } from '../reset-wait.ts';
import type { StepOutcome, StepRequest } from '../step-many.ts';
import { type Resolve, systemResolve } from './addresses.ts';
import { imagesDiffer } from './differences.ts';
import { type ClusterResetManyOptions, closeAll, type Member, placedGroup, spreadGroup } from './group.ts';
import { Members } from './members.ts';
import type { Node } from './node.ts';
import { type Attempt, type Placing, placedReset } from './placed-reset.ts';
import { stepsByServer } from './steps.ts';

export interface ClusterOptions extends Omit<ClientOptions, 'hostAddress' | 'onConnection'> {
  /**
   * What happens when servers have other datasets or images: `refuse` throws `ServersDifferError`, `accept` sends a reset where
   * its dataset is. @default 'refuse'
   */
  readonly differences?: 'refuse' | 'accept';
  /** Time between two looks at the load of a server, in milliseconds, 1 to 2,147,483,647. @default 1000 */
  readonly pollMs?: number;
  /** Time without an answer after which a server gets no resets, in milliseconds. @default 5000 */
  readonly silentMs?: number;
  /** Finds the addresses of `dns+…` URLs. @default the machine's resolver */
  readonly resolve?: Resolve;
}

/** One of the servers, as `StepwellCluster.servers` shows it. */
export interface ClusterServer {
  readonly label: string;
  /** Its name in resume tokens; `null` before its first answer. */
  readonly node: string | null;
  /** Whether it gets resets. */
  readonly up: boolean;
  /** Why not. */
  readonly error: unknown;
  /** What it said last. */
  readonly state: ServerState | null;
}

/**
 * One client of many servers. Resets go where there is room, and elsewhere when a server is full, shuts down or is lost. An
 * episode stays on its server, so a step is made exactly once, as with `StepwellClient`.
 */
export class StepwellCluster implements AsyncDisposable {
  readonly #members: Members;
  readonly #acceptDifferences: boolean;
  /** The server of each episode. */
  readonly #homes = new WeakMap<Episode, StepwellClient>();

  private constructor(members: Members, acceptDifferences: boolean) {
    this.#members = members;
    this.#acceptDifferences = acceptDifferences;
  }

  /**
   * Connect to all servers; those that cannot be reached now are tried again later.
   * @param urls addresses as `StepwellClient.connect` takes them; `dns+ws://name:port` is a server at each address of the name
   * @throws {NoServerError} none can be reached
   * @throws {ServersDifferError} they have other datasets, unless `differences` is `accept`
   * @throws {ConnectError} @throws {UnauthorizedError} @throws {VersionMismatchError} as `StepwellClient.connect`
   */
  static async connect(
    urls: string | readonly string[],
    options: ClusterOptions = {},
  ): Promise<StepwellCluster> {
    const { differences = 'refuse', pollMs = 1_000, resolve = systemResolve, silentMs = 5_000 } = options;
    const acceptDifferences = differences === 'accept';
    const list = typeof urls === 'string' ? [urls] : urls;
    const members = new Members({ urls: list, options, acceptDifferences, pollMs, silentMs, resolve });
    try {
      await members.start();
    } catch (error) {
      await members.stop();
      throw error;
    }
    return new StepwellCluster(members, acceptDifferences);
  }

  /** All servers, with what is known of them. */
  get servers(): readonly ClusterServer[] {
    return this.#members.all.map((node) => ({
      label: node.label,
      node: node.node,
      up: node.up,
      error: node.error,
      state: node.node === null ? null : node.state,
    }));
  }

  /** The environments that a server offers. @throws {NoServerError} no server is up */
  async environments(options?: CallOptions): Promise<readonly EnvironmentInfo[]> {
    return this.#any().client.environments(options);
  }

  /** A page of a dataset's tasks. @throws {NoServerError} no server is up */
  async tasks(params: Params<'tasks/list'>, options?: CallOptions): Promise<Result<'tasks/list'>> {
    return this.#any(params).client.tasks(params, options);
  }

  /** Begin an episode on a server that has room. @throws {NoServerError} @throws {ServersDifferError} and as `StepwellClient.reset` */
  async reset(params: Params<'episode/reset'>, options: ResetCallOptions = {}): Promise<Episode> {
    return placedReset(this.#members, this.#placing(params, 1, options), async (node, attempt) => {
      const { client } = node;
      return this.#begun(node, client, await client.reset(params, { ...options, ...attempt }));
    });
  }

  /**
   * Begin many episodes. With `together`, all are on one server: the whole group is tried elsewhere if a member cannot begin.
   * Else each is begun where there is room.
   * @returns the members in the order of the request, task by task
   */
  async resetMany(
    params: Params<'episode/reset_many'>,
    options: ClusterResetManyOptions = {},
  ): Promise<readonly Member[]> {
    const { onOpened = () => {}, together = false, ...callOptions } = options;
    const parts = {
      members: this.#members,
      placing: (count: number) => this.#placing(params, count, callOptions),
      begin: (node: Node, wanted: Params<'episode/reset_many'>, attempt: Attempt) =>
        this.#beginMany(node, wanted, { ...callOptions, ...attempt }),
    };
    return together ? placedGroup(parts, params, onOpened) : spreadGroup(parts, params, onOpened);
  }

  /** Make steps of many episodes of any servers at the same time, as `StepwellClient.stepMany` does. */
  stepMany(steps: Iterable<StepRequest>, options: CallOptions = {}): AsyncIterable<StepOutcome> {
    return stepsByServer([...steps], (episode) => this.#homes.get(episode), options);
  }

  /**
   * Take over an episode that another client began, on the server that its token names.
   * @throws {EpisodeNotFoundError} no server has it
   * @throws {NoServerError} that server cannot be reached
   */
  async resume(resumeToken: string, options: CallOptions = {}): Promise<Episode> {
    const name = nodeOfToken(resumeToken);
    const named = (node: Node): boolean => node.node === name;
    const candidates = [...this.#members.up].sort((one, other) => Number(named(other)) - Number(named(one)));
    let last: unknown;
    for (const node of candidates) {
      const { client } = node;
      try {
        const episode = await client.resume(resumeToken, options);
        this.#homes.set(episode, client);
        return episode;
      } catch (error) {
        if (!(error instanceof EpisodeNotFoundError)) throw error;
        last = error;
      }
    }
    // Whether a server that cannot be reached has it is not known.
    const all = this.#members.all;
    const isAway = all.some((node) => !node.up && (named(node) || (node.node === null && !all.some(named))));
    throw last === undefined || isAway ? this.#members.none(last) : last;
  }

  /** Close the open episodes, then all sockets. Never throws. */
  async close(): Promise<void> {
    await this.#members.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A server that is up, and has the dataset. */
  #any(params: Partial<Params<'tasks/list'>> = {}): Node {
    const fits = this.#fits(params);
    const node = this.#members.up.find(fits) ?? this.#members.up[0];
    if (node === undefined) throw this.#members.none();
    return node;
  }

  #placing(
    params: Params<'episode/reset_many'>,
    count: number,
    { queueTimeoutMs, signal }: ResetCallOptions,
  ): Placing {
    // Each server may have another default; the first that answers is as good as any.
    const [known] = this.#members.all.filter(({ connected }) => connected);
    const own = known?.client.handshake.limits.queue_timeout_ms ?? 0;
    const fits = this.#fits(params);
    const any = this.#members.up.some(fits);
    return {
      count,
      queueTimeoutMs: queueTimeoutMs ?? params.queue_timeout_ms ?? own,
      signal,
      // If no server has it, one of them says so.
      fits: any ? fits : () => true,
    };
  }

  #fits({ dataset, environment }: Partial<Params<'tasks/list'>>): (node: Node) => boolean {
    if (!this.#acceptDifferences || dataset === undefined) return () => true;
    return ({ datasets }) => datasets.some((one) => one.environment === environment && one.name === dataset);
  }

  /** @throws {ServersDifferError} its image is another one than that of the same name elsewhere; it is closed then */
  async #begun(node: Node, client: StepwellClient, episode: Episode): Promise<Episode> {
    this.#homes.set(episode, client);
    node.began(episode);
    if (this.#acceptDifferences) return episode;
    for (const other of this.#members.up) {
      const difference = other === node ? undefined : imagesDiffer(other, node);
      if (difference === undefined) continue;
      await episode.close().catch(() => undefined);
      throw difference;
    }
    return episode;
  }

  async #beginMany(
    node: Node,
    params: Params<'episode/reset_many'>,
    options: ResetCallOptions,
  ): Promise<readonly Opened[]> {
    const { client } = node;
    const opened = await client.resetMany(params, options);
    try {
      for (const member of opened) if ('episode' in member) await this.#begun(node, client, member.episode);
      return opened;
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }
}
