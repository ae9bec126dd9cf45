/** Maximum requests that start in one turn of the event loop. */
const BEGUN_A_TURN = 64;

/** Whether these are so many that they start in several turns. */
export function takesTurns(items: readonly unknown[]): boolean {
  return items.length > BEGUN_A_TURN;
}

/**
 * Begin work for each item, in order, without waiting for its end: not too much in one turn of the event loop.
 * @param begin may return a promise for the moment when the next item may begin
 */
export async function beginInTurns<T>(
  items: readonly T[],
  begin: (item: T, index: number) => Promise<unknown> | undefined,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % BEGUN_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    const held = begin(item, index);
    if (held !== undefined) await held;
  }
}

/**
 * What becomes of all of them. `begin` must not reject.
 * @param hold takes a promise for the moment when all have begun, if they take several turns
 */
export async function allInTurns<T, R>(
  items: readonly T[],
  begin: (item: T, index: number) => Promise<R>,
  hold: (begun: Promise<unknown>) => void = () => {},
): Promise<R[]> {
  const results: Promise<R>[] = [];
  const begun = beginInTurns(items, (item, index) => {
    results.push(begin(item, index));
    return undefined;
  });
  if (takesTurns(items)) hold(begun);
  await begun;
  return Promise.all(results);
}
