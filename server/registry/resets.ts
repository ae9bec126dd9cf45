import { SandboxError } from '../../docker/errors.ts';
import type { EnvironmentEpisode } from '../../environments/environment.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { releasePlay } from '../episode/life.ts';

/** Maximum sandboxes that a reset tries. One may die just when it is leased. */
const MAX_ATTEMPTS = 3;

/** Errors that mean that the sandbox is gone, not that it cannot do what was asked. */
const GONE: ReadonlySet<string> = new Set(['died', 'unresponsive']);

export interface ResetAttempt {
  /** Begin the episode in a new sandbox, which is released if this throws. */
  begin(): Promise<EnvironmentEpisode>;
  /** Aborted when no client waits for it. */
  readonly signal: AbortSignal | undefined;
  /** Called when the sandbox was gone and another one is tried. */
  onRetry(cause: SandboxError): void;
}

export function shuttingDown(): ProtocolError {
  return new ProtocolError('shutting_down', 'The server is shutting down.');
}

/** Resets in progress, so that a shutdown can answer all at once. */
export class Resets {
  readonly #running = new Set<() => void>();

  /** @throws {ProtocolError} `shutting_down` as soon as `stop` is called; otherwise the error of `begin` */
  run(attempt: ResetAttempt): Promise<EnvironmentEpisode> {
    return new Promise((resolve, reject) => {
      let stopped = false;
      const stop = (): void => {
        stopped = true;
        reject(shuttingDown());
      };
      this.#running.add(stop);
      const done = (): void => {
        this.#running.delete(stop);
      };
      this.#begin(attempt, () => stopped).then(
        (play) => {
          done();
          if (stopped) releasePlay(play);
          else resolve(play);
        },
        (error: unknown) => {
          done();
          reject(error);
        },
      );
    });
  }

  /** Reject every reset in progress at once. A sandbox that it still gets is released. */
  stop(): void {
    for (const stop of [...this.#running]) stop();
  }

  async #begin(
    { begin, onRetry, signal }: ResetAttempt,
    stopped: () => boolean,
  ): Promise<EnvironmentEpisode> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await begin();
      } catch (error) {
        const gone = error instanceof SandboxError && GONE.has(error.code);
        if (!gone || attempt === MAX_ATTEMPTS || signal?.aborted || stopped()) throw error;
        onRetry(error);
      }
    }
  }
}
