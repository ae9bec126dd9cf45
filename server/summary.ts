export interface SummaryFacts {
  /** E.g. `http://127.0.0.1:8765`. */
  readonly url: string;
  readonly runtime: string;
  readonly isolation: string;
  /** Sandboxes kept warm, by environment or image. */
  readonly pool: Readonly<Record<string, number>>;
  /** Maximum number of sandboxes at the same time. */
  readonly poolMax: number;
}

/** The line that a server prints when it is ready. */
export function readyLine({ url, runtime, isolation, pool }: SummaryFacts): string {
  const counts = Object.entries(pool).map(([name, count]) => `${name} ${count}`);
  const warm = counts.length === 0 ? 'none' : counts.join(', ');
  return `stepwell: ready on ${url} (${runtime}, ${isolation} isolation; ${warm} warm)`;
}

/** What `--pool` and `--pool-max` mean, in one line. */
export function poolLine({ pool, poolMax }: SummaryFacts): string {
  const counts = Object.entries(pool).map(([name, count]) => `${name} ${count}`);
  const warm = Object.values(pool).reduce((sum, count) => sum + count, 0);
  const most = `stepwell: at most ${poolMax} sandboxes at a time (--pool-max)`;
  if (warm === 0) return `${most}; none is kept warm (--pool)`;
  const free = `${poolMax - warm} places are free for other environments, and idle warm sandboxes give way to them`;
  return `${most}; kept warm (--pool): ${counts.join(', ')}; ${free}`;
}
