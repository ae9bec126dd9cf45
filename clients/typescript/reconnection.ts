import { setTimeout as sleep } from 'node:timers/promises';
import type { ResumeResult } from '../../protocol/episode.ts';
import { ConnectionLostError, InterruptedError } from './call-errors.ts';
import { timerMs } from './client-options.ts';
import { StepwellError, UnauthorizedError, VersionMismatchError } from './errors.ts';
import type { HeldEpisodes } from './held-episodes.ts';
import type { ServerConnection } from './server-connection.ts';
import type { SocketEnd, SocketLink } from './socket-link.ts';

export interface ReconnectionParts {
  readonly connection: ServerConnection;
  readonly episodes: HeldEpisodes;
  /** Maximum time without a connection, in milliseconds; 0 never reconnects. */
  readonly withinMs: () => number;
  /** Whether episodes go on that were played again with other observations. */
  readonly acceptInexact: boolean;
  readonly open: (signal: AbortSignal) => Promise<SocketLink>;
  /** Agree on the protocol over the socket that was attached last. */
  readonly initialize: () => Promise<unknown>;
  /** Called when another socket is ready. */
  readonly onBack: () => void;
  readonly resume: (resumeToken: string) => Promise<ResumeResult>;
  /** Give the sandbox of an episode back that is not used any more. */
  readonly close: (episodeId: string) => Promise<unknown>;
}

/** Codes of a socket that was closed for what this client sent or is: another socket would end in the same way. */
const FINAL_CODES: ReadonlySet<number> = new Set([1000, 1002, 1003, 1007, 1008, 1009, 1010]);
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** Takes the place of a lost socket: connects again, resumes the open episodes, and has the waiting calls sent again. */
export class Reconnection {
  readonly #parts: ReconnectionParts;
  readonly #stopping = new AbortController();
  #running = false;
  /** Counts the sockets that were lost. */
  #round = 0;
  #until = 0;

  constructor(parts: ReconnectionParts) {
    this.#parts = parts;
  }

  /** The socket is lost. @returns whether another one will take its place */
  begin(end: SocketEnd): boolean {
    const withinMs = this.#parts.withinMs();
    if (this.#stopping.signal.aborted || withinMs <= 0 || FINAL_CODES.has(end.closeCode)) return false;
    this.#round += 1;
    if (!this.#running) void this.#run(end, withinMs);
    return true;
  }

  /** Connect no more. */
  stop(): void {
    this.#stopping.abort();
  }

  async #run(end: SocketEnd, withinMs: number): Promise<void> {
    const { connection, episodes } = this.#parts;
    this.#running = true;
    this.#until = performance.now() + withinMs;
    for (let attempt = 0; ; attempt += 1) {
      let link: SocketLink | undefined;
      try {
        link = await this.#parts.open(this.#stopping.signal);
        connection.attach(link);
        await this.#parts.initialize();
        break;
      } catch (error) {
        if (link !== undefined) connection.detach(link);
        const refused = error instanceof UnauthorizedError || error instanceof VersionMismatchError;
        if (refused || this.#stopping.signal.aborted || performance.now() >= this.#until) {
          const why = error instanceof Error ? error.message : String(error);
          const reason = `${end.reason}; no connection again within ${withinMs} ms: ${why}`;
          connection.finish({ reason, closeCode: end.closeCode, cause: error });
          return;
        }
        await this.#pause(attempt);
      }
    }
    this.#running = false;
    this.#parts.onBack();
    const held = episodes.all();
    connection.open(held.map(([id]) => id));
    for (const [id, token] of held) void this.#resume(id, token, this.#round);
  }

  async #resume(id: string, token: string, round: number): Promise<void> {
    const { acceptInexact, close, connection, resume } = this.#parts;
    for (let attempt = 0; round === this.#round; attempt += 1) {
      try {
        const { exact } = await resume(token);
        if (round !== this.#round) return;
        if (exact || acceptInexact) {
          connection.resumed(id);
          return;
        }
        this.#lose(id, 'it was played again, and an observation differed from the recorded one');
        await close(id).catch(() => undefined);
        return;
      } catch (error) {
        // The next socket resumes it, if there is one.
        const lost = error instanceof InterruptedError || error instanceof ConnectionLostError;
        if (round !== this.#round || lost) return;
        const again = error instanceof StepwellError && error.retryable;
        if (!again || performance.now() >= this.#until || this.#stopping.signal.aborted) {
          this.#lose(id, error instanceof Error ? error.message : String(error), error);
          return;
        }
        await this.#pause(attempt);
      }
    }
  }

  #lose(id: string, reason: string, cause?: unknown): void {
    const { connection, episodes } = this.#parts;
    episodes.lose(id, reason, cause);
    connection.abandon(id, (call, mayHaveRun) => {
      const error = episodes.lossOf(id, call, mayHaveRun);
      if (error === undefined) throw new TypeError(`episode ${id} is not lost`);
      return error;
    });
  }

  async #pause(attempt: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
    const left = Math.max(0, this.#until - performance.now());
    const ms = Math.min(left, longest * (0.5 + Math.random() / 2));
    await sleep(timerMs(ms), undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
