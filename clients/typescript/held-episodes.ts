import type { MethodName, Params, Result } from '../../protocol/methods.ts';
import { type CallContext, EpisodeLostError } from './call-errors.ts';

interface Loss {
  readonly reason: string;
  readonly cause: unknown;
}

/** What the results that begin episodes have in common. */
interface Begun {
  readonly episode_id?: string;
  readonly resume_token?: string;
}

/** Maximum number of lost episodes that are remembered. */
const MAX_LOST = 4_096;

/** The open episodes of a client, by id, with the tokens that resume them, and those that could not be resumed. */
export class HeldEpisodes {
  readonly #tokens = new Map<string, string>();
  readonly #lost = new Map<string, Loss>();

  /** A call has its result: it may have begun episodes, or ended one. */
  note(method: MethodName, params: object, result: object): void {
    if (!method.startsWith('episode/')) return;
    if (method === 'episode/step') {
      const { terminated, truncated } = result as Result<'episode/step'>;
      if (terminated || truncated) this.drop((params as Params<'episode/step'>).episode_id);
      return;
    }
    const known: Begun & { readonly episodes?: readonly Begun[] } = { ...params, ...result };
    for (const { episode_id: id, resume_token: token } of [known, ...(known.episodes ?? [])]) {
      if (id !== undefined && token !== undefined) this.keep(id, token);
    }
    if (known.episode_id !== undefined && method === 'episode/close') this.drop(known.episode_id);
  }

  keep(id: string, resumeToken: string): void {
    this.#tokens.set(id, resumeToken);
    this.#lost.delete(id);
  }

  /** It is over, closed, or another connection has it. */
  drop(id: string): void {
    this.#tokens.delete(id);
  }

  /** Ids and tokens, as they are now. */
  all(): readonly (readonly [id: string, resumeToken: string])[] {
    return [...this.#tokens];
  }

  has(id: string): boolean {
    return this.#tokens.has(id);
  }

  /** It could not be resumed. */
  lose(id: string, reason: string, cause?: unknown): void {
    this.#tokens.delete(id);
    this.#lost.set(id, { reason, cause });
    const [oldest] = this.#lost.keys();
    if (this.#lost.size > MAX_LOST && oldest !== undefined) this.#lost.delete(oldest);
  }

  /** The error of a call for a lost episode; `undefined` if it is not lost. */
  lossOf(id: string, call: CallContext, mayHaveRun: boolean): EpisodeLostError | undefined {
    const loss = this.#lost.get(id);
    return loss && new EpisodeLostError(id, loss.reason, call, mayHaveRun, loss.cause);
  }
}
