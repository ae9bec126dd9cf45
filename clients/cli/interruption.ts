const ENDING = ['SIGINT', 'SIGTERM'] as const;

/** Do some work that SIGINT and SIGTERM abort. */
export async function untilSignal<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort(new Error('interrupted'));
  for (const signal of ENDING) process.once(signal, interrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    for (const signal of ENDING) process.off(signal, interrupt);
  }
}
