import type { StepwellClient } from '../clients/typescript/client.ts';
import type { Episode } from '../clients/typescript/episode.ts';
import type { Params } from '../protocol/methods.ts';
import { type Percentiles, percentiles, rate, timed } from './figures.ts';

/** Options of a reset for a number that increases with each. */
export type ResetOf = (seed: number) => Params<'episode/reset'>;

/** Time in which a released sandbox becomes pristine again, in milliseconds. */
const RENEWAL_MS = 25;

/** Number of resets before those that are measured. */
const WARM_UP = 20;

/** A line of a report. */
export type Row = readonly [name: string, unit: string, value: string];

export const ms = ({ p50, p90, p99 }: Percentiles): string =>
  `p50 ${p50.toFixed(2)}   p90 ${p90.toFixed(2)}   p99 ${p99.toFixed(2)}`;

export interface ResetRun {
  /** Pause between two resets, so that a released sandbox is ready again, in milliseconds. @default 25 */
  readonly pauseMs?: number;
  /** Number of resets to measure. @default 200 */
  readonly count?: number;
  /** Done in each episode before it is closed. @default nothing */
  readonly inEpisode?: (episode: Episode) => Promise<unknown>;
}

/** Round trips of resets, one after the other. */
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
  /** Number of resets in a burst, without a pause in between. */
  readonly size: number;
  readonly bursts: number;
  /** Awaited before each burst. */
  readonly ready: () => Promise<unknown>;
  /** Done in each episode before it is closed. */
  readonly inEpisode: (episode: Episode) => Promise<unknown>;
}

/** Round trips of resets in bursts without a pause. */
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

/** Round trips of steps, one after the other in one episode. */
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
  /** Number of episodes that ended by a fault. */
  readonly failures: number;
  /** Number of episodes without a fault that had a wrong reward. */
  readonly wrong: number;
  /** Number of episodes without a fault that had no reward. */
  readonly unrewarded: number;
}

/** Number of episodes with a fault, a wrong reward or none. */
export const unsound = (...runs: readonly Graded[]): number =>
  runs.reduce((sum, { failures, wrong, unrewarded }) => sum + failures + wrong + unrewarded, 0);

export interface Play {
  readonly reset: Params<'episode/reset'>;
  readonly code: string;
  /** The reward that it must have. @default any */
  readonly expected?: number;
}

/** Graded episodes per second: a reset, the action of `playOf`, a submit. */
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

/** The rows with the numbers of faults, wrong rewards and missing ones. */
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
