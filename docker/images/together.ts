/**
 * Do several things at the same time that are of no use without each other: when one fails the others are given up, and
 * waited for.
 * @param begin begins them; its signal aborts when they are given up
 * @throws what the first to fail threw, once all have ended
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
