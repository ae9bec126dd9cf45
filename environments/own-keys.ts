import { nearestKey } from './nearest-key.ts';

/**
 * A record without the keys that its publisher added. A key that is near a known one stays, so that it is refused as misspelt.
 * @param known keys that are read, and those that are known to be published beside them
 */
export function withoutOwnKeys(
  record: unknown,
  read: readonly string[],
  published: readonly string[] = [],
): unknown {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record;
  const kept = Object.entries(record).filter(
    ([key]) => read.includes(key) || (!published.includes(key) && nearestKey(key, read) !== null),
  );
  return Object.fromEntries(kept);
}
