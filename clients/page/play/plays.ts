import type { ResetParams } from '../../../protocol/episode.ts';
import type { Live } from '../connection/live.ts';
import { RpcError } from '../connection/rpc.ts';
import type { Server } from '../connection/server.ts';
import { Store } from '../parts/store.ts';
import { PlaySession } from './session.ts';

/** The episodes that are played in this page. They end with it. */
export class Plays extends Store {
  readonly sessions = new Map<string, PlaySession>();
  readonly #server: Server;
  readonly #live: Live;
  #status = '';

  constructor(server: Server, live: Live) {
    super();
    this.#server = server;
    this.#live = live;
    server.subscribe(() => this.#follow());
  }

  /** Begin a task. @throws {RpcError} */
  async begin(params: ResetParams): Promise<PlaySession> {
    const { episode_id, observation, resume_token, task } = await this.#server.call('episode/reset', params);
    const cwd = typeof observation.cwd === 'string' ? observation.cwd : '';
    return this.#keep({ id: episode_id, token: resume_token, environment: params.environment, task, cwd });
  }

  /** Go on from a state of any episode. @param key path of its trajectory @throws {RpcError} */
  async fork(path: string, step: number): Promise<PlaySession> {
    const { reset } = await this.#server.call('trajectories/read', { path, limit: 1 });
    const { episodes } = await this.#server.call('trajectories/fork', { path, at_step: step });
    const [entry] = episodes;
    if (entry === undefined) throw new RpcError('internal_error', 'The server made no fork.', 'Try again.');
    if ('error' in entry) {
      throw new RpcError(
        String(entry.error.data?.name),
        entry.error.message,
        String(entry.error.data?.remedy ?? ''),
      );
    }
    const { episode_id, exact, how, not_carried, resume_token } = entry;
    const session = this.#keep({
      ...{ id: episode_id, token: resume_token, environment: reset.environment, task: reset.task, cwd: '' },
      origin: { path, step, exact, how, not_carried },
    });
    await session.reader.load();
    session.showPast();
    return session;
  }

  /** Close an episode and forget it. */
  async end(session: PlaySession): Promise<void> {
    this.sessions.delete(session.facts.id);
    this.changed();
    await session.close();
  }

  #keep(facts: PlaySession['facts']): PlaySession {
    const session = new PlaySession(this.#server, this.#live, facts);
    this.sessions.set(facts.id, session);
    this.changed();
    return session;
  }

  /** A new connection takes over what the lost one had. */
  #follow(): void {
    const { status } = this.#server;
    const isBack = status === 'open' && this.#status === 'lost';
    if (status !== 'connecting') this.#status = status;
    if (isBack) for (const session of this.sessions.values()) void session.resume();
  }
}
