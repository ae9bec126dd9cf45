import type { StepwellClient } from '../clients/typescript/client.ts';
import type { Episode } from '../clients/typescript/episode.ts';
import type { Params } from '../protocol/methods.ts';
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
  /** Episodes without a fault whose reward was not the expected one. */
  readonly wrong: number;
  /** Episodes without a fault and without a reward. */
  readonly unrewarded: number;
}

/** Episodes that did not end as they must. */
export const unsound = (...runs: readonly Graded[]): number =>
  runs.reduce((sum, { failures, wrong, unrewarded }) => sum + failures + wrong + unrewarded, 0);

export interface Play {
  readonly reset: Params<'episode/reset'>;
  readonly code: string;
  /** @default any reward will do */
  readonly expected?: number;
}

/** Graded episodes per second: reset, the action of `playOf`, submit. */
export async function gradedRate(
  client: StepwellClient,
  playOf: (seed: number) => Play,
  { lanes, seconds }: { readonly lanes: number; readonly seconds: number },
): Promise<Graded> {
  const found = { failures: 0, wrong: 0, unrewarded: 0 };
  let seed = 0;
  const play = async (): Promise<void> => {
    const { reset, code, expected } = playOf(seed);
    seed += 1;
    const episode = await client.reset(reset);
    await episode.step(code);
    const { failure, reward } = await episode.submit();
    if (failure !== null) found.failures += 1;
    else if (reward === null) found.unrewarded += 1;
    else if (expected !== undefined && reward !== expected) found.wrong += 1;
  };
  await rate(2, lanes, play);
  const episodes = await rate(seconds, lanes, play);
  return { episodes_per_s: episodes, seconds, ...found };
}

/** The rows that tell how many episodes did not end as they must. */
export function soundnessRows(runs: readonly Graded[], label = ''): Row[] {
  const sum = (count: (run: Graded) => number) => String(runs.reduce((total, run) => total + count(run), 0));
  return [
    [`${label}failures`, '', sum(({ failures }) => failures)],
    [
      `${label}wrong rewards, none at all`,
      '',
      `${sum(({ wrong }) => wrong)}, ${sum((run) => run.unrewarded)}`,
    ],
  ];
}
