import type { ServerSample, StepRate } from '../../protocol/watch.ts';

/** Steps of one environment since the server began, by the time that they took. */
export interface StepCount {
  readonly environment: string;
  /** Number of steps that took at most `seconds`, in increasing order; the last one is infinite. */
  readonly buckets: readonly { readonly seconds: number; readonly count: number }[];
}

/** What the server counts anyway. It is read once for each sample. */
export interface Counts {
  openEpisodes(): number;
  steps(): Promise<readonly StepCount[]>;
  failures(): Promise<ServerSample['failures']>;
  pools(): Pick<ServerSample, 'pools' | 'failed_starts'>;
}

/** Samples of the server: rates since the sample of before. */
export class Sampler {
  readonly #counts: Counts;
  readonly #now: () => number;
  #before: ReadonlyMap<string, StepCount> | undefined;
  #at = 0;

  /** @param now a monotonic clock, in milliseconds */
  constructor(counts: Counts, now: () => number) {
    this.#counts = counts;
    this.#now = now;
  }

  /** The first one has no rates. */
  async sample(): Promise<ServerSample> {
    const { failures, openEpisodes, pools, steps } = this.#counts;
    const counted = await steps();
    const seconds = (this.#now() - this.#at) / 1_000;
    const rates = counted.map((count) => rateOf(count, this.#before, seconds));
    this.#before = new Map(counted.map((count) => [count.environment, count]));
    this.#at = this.#now();
    return { open_episodes: openEpisodes(), rates, ...pools(), failures: await failures() };
  }

  /** Forget the sample of before. */
  forget(): void {
    this.#before = undefined;
  }
}

function rateOf(
  { buckets, environment }: StepCount,
  all: ReadonlyMap<string, StepCount> | undefined,
  seconds: number,
): StepRate {
  const steps = buckets.at(-1)?.count ?? 0;
  if (all === undefined) return { environment, steps, per_second: 0, p50_ms: null, p95_ms: null };
  const before = all.get(environment)?.buckets;
  const since = buckets.map(({ count, seconds: most }, index) => ({
    seconds: most,
    count: count - (before?.[index]?.count ?? 0),
  }));
  const made = since.at(-1)?.count ?? 0;
  const per_second = seconds > 0 ? made / seconds : 0;
  return { environment, steps, per_second, p50_ms: quantile(since, 0.5), p95_ms: quantile(since, 0.95) };
}

/**
 * A quantile of cumulative buckets in milliseconds, linear within a bucket as PromQL's `histogram_quantile`; the bound of the
 * last finite bucket for what is above it, and `null` for nothing.
 */
export function quantile(buckets: StepCount['buckets'], q: number): number | null {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return null;
  const rank = q * total;
  let below = 0;
  let from = 0;
  for (const { count, seconds } of buckets) {
    if (!Number.isFinite(seconds)) break;
    if (count >= rank) return 1_000 * (from + (seconds - from) * ((rank - below) / (count - below)));
    below = count;
    from = seconds;
  }
  return 1_000 * from;
}
