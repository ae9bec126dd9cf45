import type { StepwellClient } from '../../clients/typescript/client.ts';
import type { Episode } from '../../clients/typescript/episode.ts';
import type { Params } from '../../protocol/methods.ts';
import { type Percentiles, percentiles, rate, timed } from './figures.ts';

/** Options of a reset, by a number that grows with each. */
export type ResetOf = (seed: number) => Params<'episode/reset'>;

/** Long enough for the sandbox that was given back to be made pristine again, in milliseconds. */
const RENEWAL_MS = 25;

/** Resets that are not counted. */
const WARM_UP = 20;

/** One line of a report. */
export type Row = readonly [name: string, unit: string, value: string];

export const ms = ({ p50, p90, p99 }: Percentiles): string =>
  `p50 ${p50.toFixed(2)}   p90 ${p90.toFixed(2)}   p99 ${p99.toFixed(2)}`;

export interface ResetRun {
  /** Between two resets, so that a sandbox given back is ready again, in milliseconds. @default 25 */
  readonly pauseMs?: number;
  /** Resets that are counted. @default 200 */
  readonly count?: number;
  /** Done in each episode before it is closed. @default nothing */
  readonly inEpisode?: (episode: Episode) => Promise<unknown>;
}

/** Resets one after the other, round trip. */
export async function resetTimes(
  client: StepwellClient,
  resetOf: ResetOf,
  { pauseMs = RENEWAL_MS, count = 200, inEpisode }: ResetRun = {},
): Promise<Percentiles> {
  const samples: number[] = [];
  for (let index = 0; index < count + WARM_UP; index += 1) {
    const begun = performance.now();
    const episode = await client.reset(resetOf(index));
    samples.push(performance.now() - begun);
    await inEpisode?.(episode);
    await episode.close();
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return percentiles(samples.slice(WARM_UP));
}

export interface BurstRun {
  /** Resets of a burst, one right after the other. */
  readonly size: number;
  readonly bursts: number;
  /** Awaited before each burst. */
  readonly ready: () => Promise<unknown>;
  /** Done in each episode before it is closed. */
  readonly inEpisode: (episode: Episode) => Promise<unknown>;
}

/** Resets without a pause, in bursts, round trip. */
export async function burstResetTimes(
  client: StepwellClient,
  resetOf: ResetOf,
  { size, bursts, ready, inEpisode }: BurstRun,
): Promise<Percentiles> {
  const samples: number[] = [];
  for (let burst = 0; burst < bursts; burst += 1) {
    await ready();
    for (let index = 0; index < size; index += 1) {
      const begun = performance.now();
      const episode = await client.reset(resetOf(index));
      samples.push(performance.now() - begun);
      await inEpisode(episode);
      await episode.close();
    }
  }
  return percentiles(samples);
}

/** One episode, one step after the other, round trip. */
export async function stepTimes(
  client: StepwellClient,
  reset: Params<'episode/reset'>,
  code: string,
): Promise<Percentiles> {
  await using episode = await client.reset(reset);
  await timed(1_000, () => episode.step(code));
  return percentiles(await timed(2_000, () => episode.step(code)));
}

/** Steps per second of many episodes over one socket. */
export async function stepRate(
  client: StepwellClient,
  resetOf: ResetOf,
  code: string,
  { lanes, seconds }: { readonly lanes: number; readonly seconds: number },
): Promise<number> {
  const episodes = await Promise.all(Array.from({ length: lanes }, (_, lane) => client.reset(resetOf(lane))));
  const step = async (lane: number): Promise<void> => {
    await episodes[lane]?.step(code);
  };
  await rate(1, lanes, step);
  const steps = await rate(seconds, lanes, step);
  await Promise.all(episodes.map((episode) => episode.close()));
  return steps;
}

export interface Graded {
  readonly episodes_per_s: number;
  readonly seconds: number;
  /** Episodes that ended by a fault. */
  readonly failures: number;
  /** Mean of the rewards. */
  readonly reward: number;
}

/** Graded episodes per second: reset, the actions of `playOf`, submit. */
export async function gradedRate(
  client: StepwellClient,
  playOf: (seed: number) => { readonly reset: Params<'episode/reset'>; readonly code: string },
  { lanes, seconds }: { readonly lanes: number; readonly seconds: number },
): Promise<Graded> {
  let failures = 0;
  let rewards = 0;
  let graded = 0;
  let seed = 0;
  const play = async (): Promise<void> => {
    const { reset, code } = playOf(seed);
    seed += 1;
    const episode = await client.reset(reset);
    await episode.step(code);
    const { failure, reward } = await episode.submit();
    if (failure !== null) failures += 1;
    rewards += reward ?? 0;
    graded += 1;
  };
  await rate(2, lanes, play);
  const episodes = await rate(seconds, lanes, play);
  return { episodes_per_s: episodes, seconds, failures, reward: rewards / graded };
}

/** Wait until every sandbox is warm; `/readyz` answers before that. */
export async function fullyWarm(url: string, count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const ready = /^stepwell_sandboxes\{[^}]*state="ready"[^}]*\} (\d+)$/m.exec(metrics);
    if (Number(ready?.[1]) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
