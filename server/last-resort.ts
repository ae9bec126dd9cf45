import type { Logger } from 'pino';

/** Emits uncaught errors: the process, or a stand-in in tests. */
export interface FaultSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

/**
 * Keep the process running after an uncaught error: one error must not end the episodes of all clients. Errors of a socket's
 * requests are caught where they are answered, and end that socket alone. The origin of an error that arrives here is
 * unknown: it is logged, and the server continues.
 * @returns a function that stops it
 */
export function keepServing(log: Logger, source: FaultSource = process): () => void {
  const told = (event: string) => (err: unknown) => {
    try {
      log.fatal({ err, event }, 'uncaught error; the server continues');
    } catch {
      // A log that cannot be written must not end the process, either.
    }
  };
  const thrown = told('uncaughtException');
  const rejected = told('unhandledRejection');
  source.on('uncaughtException', thrown);
  source.on('unhandledRejection', rejected);
  return () => {
    source.off('uncaughtException', thrown);
    source.off('unhandledRejection', rejected);
  };
}
