/** Maximum requests that start in one turn of the event loop. */
const BEGUN_A_TURN = 64;

/** Whether these are so many that they start in several turns. */
export function takesTurns(items: readonly unknown[]): boolean {
  return items.length > BEGUN_A_TURN;
}

/** Begin work for each item, in order, without waiting for its end: not too much in one turn of the event loop. */
export async function beginInTurns<T>(
  items: readonly T[],
  begin: (item: T, index: number) => void,
): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % BEGUN_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    begin(item, index);
  }
}

/** What becomes of all of them. `begin` must not reject. */
export async function allInTurns<T, R>(
  items: readonly T[],
  begin: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const begun: Promise<R>[] = [];
  await beginInTurns(items, (item, index) => begun.push(begin(item, index)));
  return Promise.all(begun);
}
