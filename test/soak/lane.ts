import type { StepwellClient } from '../../clients/typescript/client.ts';
import type { Episode } from '../../clients/typescript/episode.ts';
import { RemoteError } from '../../clients/typescript/errors.ts';
import type { StepResult } from '../../protocol/episode.ts';
import { FILLERS, HOGS, type Play } from './plays.ts';
import type { Random } from './random.ts';
import type { Tally } from './tally.ts';

/** A play with the reward that it gets when nothing interferes. */
export interface KnownPlay {
  readonly play: Play;
  readonly reward: number;
}

export interface LaneParts {
  readonly client: StepwellClient;
  readonly random: Random;
  readonly tally: Tally;
  /** Milliseconds from the begin. */
  readonly clock: () => number;
}

const HOG_SHARE = 0.03;
const LEFT_SHARE = 0.05;

/** One episode of a known play, with steps that change nothing before. What becomes of it is counted. */
export async function playOnce({ play, reward: expected }: KnownPlay, parts: LaneParts): Promise<void> {
  const { client, random, tally, clock } = parts;
  const begun = clock();
  let episode: Episode;
  try {
    episode = await client.reset(play.reset);
  } catch (error) {
    tally.ended('not begun');
    return tally.failed(`reset: ${nameOf(error)}`);
  }
  try {
    const marks: string[] = [];
    const end = await steps(episode, play, { random, tally, marks });
    if (end === null) {
      await episode.close();
      return tally.ended('left');
    }
    if (end.failure !== null) {
      tally.ended('failed');
      return tally.failed(`${end.failure.class}: ${end.failure.code}`);
    }
    tally.ended('graded');
    if (end.reward !== expected) {
      const [at, took] = [begun / 1000, (clock() - begun) / 1000];
      tally.wrong.push({ play, expected: String(expected), reward: end.reward, at, took, marks });
    }
  } catch (error) {
    tally.ended('failed');
    tally.failed(`step: ${nameOf(error)}`);
    await episode[Symbol.asyncDispose]();
  }
}

/** @returns the last step, or `null` where the episode is left in the middle */
async function steps(
  episode: Episode,
  play: Play,
  { random, tally, marks }: Pick<LaneParts, 'random' | 'tally'> & { readonly marks: string[] },
): Promise<StepResult | null> {
  const { environment } = play.reset;
  const step = async (code: string): Promise<StepResult> => {
    const result = await episode.step({ code });
    tally.steps += 1;
    const { timed_out, session_restarted } = result.observation;
    if (timed_out === true) marks.push('timed_out');
    if (session_restarted === true) marks.push('session_restarted');
    return result;
  };
  const before: string[] = [];
  // What was done last is the answer of who does nothing.
  if (play.by !== 'nothing') {
    const hog = HOGS[environment];
    for (let count = Math.floor(random.between(0, 4)); count > 0; count -= 1) {
      before.push(random.pick(FILLERS[environment] ?? ['']));
    }
    if (hog !== undefined && random.chance(HOG_SHARE)) {
      before.push(hog);
      tally.fault('memory taken');
    }
  }
  for (const code of before) {
    const result = await step(code);
    if (result.failure !== null) return result;
  }
  if (random.chance(LEFT_SHARE)) return null;
  if (play.code !== undefined) {
    const result = await step(play.code);
    if (result.failure !== null) return result;
  }
  tally.steps += 1;
  return episode.submit(play.answer);
}

/** How an error is counted: the server's by its name, others by their class. */
function nameOf(error: unknown): string {
  if (error instanceof RemoteError) return error.error;
  return error instanceof Error ? error.name : String(error);
}

/** Tries of a play whose reward is learned: a machine with much else to do may have no sandbox in time. */
const TRIES = 5;

/** Reward of a play where nothing interferes. @throws {Error} it has none, or it is not what the task says */
export async function learn(client: StepwellClient, play: Play): Promise<KnownPlay> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await learned(client, play);
    } catch (error) {
      if (!(error instanceof RemoteError) || !error.retryable || left === 0) throw error;
    }
  }
}

async function learned(client: StepwellClient, play: Play): Promise<KnownPlay> {
  await using episode = await client.reset(play.reset);
  if (play.code !== undefined) await episode.step({ code: play.code });
  const { reward, failure } = await episode.submit(play.answer);
  const what = `${play.reset.environment} ${play.reset.task} by ${play.by}`;
  if (failure !== null) throw new Error(`${what}: ${failure.code}: ${failure.message}`);
  if (reward === null) throw new Error(`${what} has no reward`);
  if ((play.by === 'gold') !== (reward === 1)) throw new Error(`${what} gets ${reward}`);
  return { play, reward };
}
