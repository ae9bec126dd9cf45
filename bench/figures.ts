/** Percentiles of the durations of many runs, in milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** @param samples milliseconds, at least one */
export function percentiles(samples: readonly number[]): Percentiles {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}

/** Durations of `count` runs, one after the other, in milliseconds. */
export async function timed(count: number, run: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const begun = performance.now();
    await run();
    samples.push(performance.now() - begun);
  }
  return samples;
}

/** Runs per second of `lanes` concurrent loops within `seconds`. */
export async function rate(
  seconds: number,
  lanes: number,
  run: (lane: number) => Promise<unknown>,
): Promise<number> {
  const begun = performance.now();
  const end = begun + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      while (performance.now() < end) {
        await run(lane);
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - begun) / 1000);
}
