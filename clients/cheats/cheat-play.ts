import type { StepResult } from '../../protocol/episode.ts';
import type { Params } from '../../protocol/methods.ts';
import type { StepwellClient } from '../typescript/client.ts';
import type { Episode } from '../typescript/episode.ts';
import { RemoteError } from '../typescript/errors.ts';
import { submitToEnd } from '../typescript/submit-to-end.ts';
import type { CheatScript } from './cheat-script.ts';
import { type FactValues, factValues, filled, type TaskFacts } from './cheat-text.ts';
import { isWithin } from './reward-bound.ts';

/** Result of a cheat on a task. */
export interface CheatOutcome {
  readonly task: string;
  readonly cheat: string;
  /** `skipped`: the task cannot be graded, or lacks a fact that the script needs. */
  readonly verdict: 'held' | 'broken' | 'skipped';
  readonly reward: number | null;
  /** Reward of doing nothing. */
  readonly noOp: number | null;
  /** Why it is broken or skipped. */
  readonly reason: string | null;
}

type Reset = Params<'episode/reset'>;

/** Plays cheats on the tasks of one dataset. */
export class CheatPlayer {
  readonly #client: StepwellClient;
  readonly #reset: Reset;
  /** Reward of an episode that does nothing, by the task's index. */
  readonly #noOps = new Map<number, Promise<Played>>();

  /** @param reset environment, dataset and options of every episode */
  constructor(client: StepwellClient, reset: Reset) {
    this.#client = client;
    this.#reset = reset;
  }

  /** Play a cheat on a task. */
  async play(task: TaskFacts, script: CheatScript): Promise<CheatOutcome> {
    const noOp = await this.#noOp(task);
    const outcome = (verdict: CheatOutcome['verdict'], reward: number | null, reason: string | null) => {
      return { task: task.id, cheat: script.name, verdict, reward, noOp: noOp.reward, reason };
    };
    if (noOp.reward === null) {
      return outcome(noOp.isFault ? 'broken' : 'skipped', null, `doing nothing: ${noOp.reason}`);
    }
    const missing: { fact: string | null } = { fact: null };
    const played = await this.#played(task, async (episode) => {
      const values = factValues(task, episode.task.instruction, episode.observation.output);
      missing.fact = script.facts.find((fact) => values[fact].length === 0) ?? null;
      return missing.fact === null ? play(episode, script, values) : episode.skip();
    });
    if (missing.fact !== null) return outcome('skipped', null, `the task has no {{${missing.fact}}}`);
    const isHeld = played.reward !== null && isWithin(script.score, played.reward, noOp.reward);
    return outcome(isHeld ? 'held' : 'broken', played.reward, isHeld ? null : played.reason);
  }

  #noOp(task: TaskFacts): Promise<Played> {
    const known = this.#noOps.get(task.index) ?? this.#played(task, (episode) => submitToEnd(episode));
    this.#noOps.set(task.index, known);
    return known;
  }

  #played({ index }: TaskFacts, act: (episode: Episode) => Promise<StepResult>): Promise<Played> {
    return rewardOf(this.#client, { ...this.#reset, task: index, reward: 'on_submit' }, act);
  }
}

/** Run a cheat's steps and submit. @returns the final grade, or a higher one before it: a trainer may use either */
async function play(episode: Episode, script: CheatScript, values: FactValues): Promise<StepResult> {
  let answer: string | undefined;
  let graded: StepResult | null = null;
  for (const { kind, text } of script.cells) {
    if (kind === 'answer') {
      answer = filled(text, values);
      continue;
    }
    const result =
      kind === 'evaluate'
        ? await episode.step({ evaluate: true })
        : await episode.step({ code: filled(text, values), timeout_ms: script.deadlineMs });
    if (result.failure !== null || result.terminated || result.truncated) return result;
    if (kind === 'evaluate') graded = higher(graded, result);
  }
  const end = await submitToEnd(episode, answer);
  return end.reward === null ? end : higher(graded, end);
}

function higher(one: StepResult | null, other: StepResult): StepResult {
  return (one?.reward ?? Number.NEGATIVE_INFINITY) > (other.reward ?? Number.NEGATIVE_INFINITY) &&
    one !== null
    ? one
    : other;
}

interface Played {
  readonly reward: number | null;
  readonly reason: string;
  /** Whether a fault of the infrastructure prevented the grade. */
  readonly isFault: boolean;
}

async function rewardOf(
  client: StepwellClient,
  params: Reset,
  act: (episode: Episode) => Promise<StepResult>,
): Promise<Played> {
  try {
    await using episode = await client.reset(params);
    const { reward, failure, info } = await act(episode);
    if (failure !== null) {
      return { reward: null, reason: `failure ${failure.code}: ${failure.message}`, isFault: true };
    }
    if (reward !== null) return { reward, reason: `scores ${reward}`, isFault: false };
    const { ungraded } = info;
    return { reward: null, reason: typeof ungraded === 'string' ? ungraded : 'no reward', isFault: false };
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    const isFault = String(error.error) !== 'task_ungradable';
    return { reward: null, reason: `${error.error}: ${error.message}`, isFault };
  }
}
