import type { Logger } from 'pino';

/** What tells of faults that nothing caught; the process itself, or a stand-in. */
export interface FaultSource {
  on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
  off(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): unknown;
}

/**
 * Keep the process alive through faults that nothing caught: one fault must not end the episodes of every client. What a
 * socket's own requests throw is caught where they are answered, and ends that socket alone; whose fault arrives here is not
 * known, so that it is logged and everything goes on.
 * @returns what ends it
 */
export function keepServing(log: Logger, source: FaultSource = process): () => void {
  const told = (event: string) => (err: unknown) => {
    try {
      log.fatal({ err, event }, 'a fault that nothing caught; serving goes on');
    } catch {
      // A log that cannot be written is no reason to end, either.
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
