import { SandboxError } from '../docker/errors.ts';
import type { EnvironmentEpisode } from '../environments/environment.ts';
import { ProtocolError } from '../protocol/errors.ts';

/** Sandboxes that a reset tries before it fails: one may die just as it is handed out. */
const MAX_ATTEMPTS = 3;

/** Faults that say that the sandbox is gone, not that it cannot do what was asked. */
const GONE: ReadonlySet<string> = new Set(['died', 'unresponsive']);

export interface ResetAttempt {
  /** Begin the episode in a sandbox of its own, which is given back if this throws. */
  begin(): Promise<EnvironmentEpisode>;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal | undefined;
  /** A sandbox was gone and another one is taken. */
  onRetry(cause: SandboxError): void;
}

export function shuttingDown(): ProtocolError {
  return new ProtocolError('shutting_down', 'The server is shutting down.');
}

export function releasePlay(play: EnvironmentEpisode): void {
  void (play.release?.() ?? play.sandbox.release());
}

/** Resets under way, all of which the shutdown answers at once. */
export class Resets {
  readonly #running = new Set<() => void>();

  /** @throws {ProtocolError} `shutting_down` as soon as `stop` is called; else what `begin` throws */
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

  /** Answer every reset under way at once; what they get all the same is given back. */
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
