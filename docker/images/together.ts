/**
 * Run several jobs at the same time that all must succeed. If one fails, the others are aborted and waited for.
 * @param begin starts them; its signal aborts the jobs
 * @throws the error of the first job that failed, after all have ended
 */
export async function together(
  begin: (signal: AbortSignal) => readonly Promise<unknown>[],
  signal?: AbortSignal,
): Promise<void> {
  const failed = new AbortController();
  const all = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const errors: unknown[] = [];
  const giveUp = (error: unknown): void => {
    errors.push(error);
    failed.abort(error);
  };
  await Promise.all(begin(all).map((work) => work.catch(giveUp)));
  if (errors.length > 0) throw errors[0];
}
