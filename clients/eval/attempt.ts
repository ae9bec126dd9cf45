import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { parseAction } from '../../protocol/action.ts';
import type { StepResult } from '../../protocol/episode.ts';
import type { Params } from '../../protocol/methods.ts';
import type { StepwellClient } from '../typescript/client.ts';
import type { Episode } from '../typescript/episode.ts';
import { RemoteError, TaskUngradableError } from '../typescript/errors.ts';
import { submitToEnd } from '../typescript/submit-to-end.ts';
import { type Agent, AgentError, type Feedback, NO_USAGE, sumUsage } from './agent.ts';

/** The outcome of one attempt at one task, as a line of a run's file. */
export const AttemptResult = z.object({
  task: z.string(),
  task_index: z.number().int().min(0),
  /** From 0. */
  sample: z.number().int().min(0),
  episode_id: z.string().nullable(),
  /** The best one given; `null` if there is none. */
  reward: z.number().nullable(),
  success: z.boolean(),
  /** Per turn: whether its code failed, and its reward. */
  turns: z.array(z.object({ error: z.boolean(), reward: z.number().nullable(), success: z.boolean() })),
  /** Why there is no reward: an infrastructure failure after all retries, or `agent: …`. */
  failure: z.string().nullable(),
  /** Attempts that failures of the infrastructure ended before this one. */
  retries: z.number().int().min(0),
  prompt_tokens: z.number().min(0),
  completion_tokens: z.number().min(0),
  duration_ms: z.number().min(0),
});
export type AttemptResult = z.infer<typeof AttemptResult>;

export interface AttemptParts {
  readonly client: StepwellClient;
  readonly agent: Agent;
  readonly reset: Params<'episode/reset'>;
  readonly task: { readonly id: string; readonly index: number };
  readonly sample: number;
  readonly maxTurns: number;
  /** How often a failure that may pass is tried again. */
  readonly retries: number;
}

const MOST_WAIT_MS = 10_000;

/**
 * One attempt at a task. Only failures of the infrastructure and of the agent's endpoint that may pass are tried again: a low reward
 * never is. Never throws for a failure.
 * @throws {TaskUngradableError} the task cannot be graded @throws {RemoteError} for a wrong request
 */
export async function attempt(parts: AttemptParts): Promise<AttemptResult> {
  const began = performance.now();
  for (let retries = 0; ; retries += 1) {
    const play = new Play(parts);
    const failure = await play.run();
    const result = {
      ...play.result(failure?.reason ?? null),
      retries,
      duration_ms: performance.now() - began,
    };
    if (failure === null || !failure.retryable || retries >= parts.retries) return result;
    await delay(Math.min(MOST_WAIT_MS, 500 * 2 ** retries));
  }
}

interface PlayFailure {
  readonly reason: string;
  readonly retryable: boolean;
}

class Play {
  readonly #parts: AttemptParts;
  readonly #turns: AttemptResult['turns'] = [];
  #usage = NO_USAGE;
  #episode: Episode | undefined;

  constructor(parts: AttemptParts) {
    this.#parts = parts;
  }

  async run(): Promise<PlayFailure | null> {
    try {
      return await this.#run();
    } catch (error) {
      if (error instanceof TaskUngradableError) throw error;
      if (error instanceof AgentError)
        return { reason: `agent: ${error.message}`, retryable: error.retryable };
      if (!(error instanceof RemoteError)) throw error;
      if (!error.retryable) throw error;
      return { reason: error.error, retryable: true };
    } finally {
      await this.#episode?.close().catch(() => {});
    }
  }

  result(failure: string | null): Omit<AttemptResult, 'retries' | 'duration_ms'> {
    const { sample, task } = this.#parts;
    const rewards = this.#turns.map(({ reward }) => reward).filter((reward) => reward !== null);
    return {
      task: task.id,
      task_index: task.index,
      sample,
      episode_id: this.#episode?.id ?? null,
      reward: failure === null && rewards.length > 0 ? Math.max(...rewards) : null,
      success: failure === null && this.#turns.some(({ success }) => success),
      turns: this.#turns,
      failure,
      ...this.#usage,
    };
  }

  async #run(): Promise<PlayFailure | null> {
    const { agent, client, maxTurns, reset, sample, task } = this.#parts;
    const episode = await client.reset({ ...reset, task: task.index });
    this.#episode = episode;
    const { observation } = episode;
    const play = await agent.begin({
      environment: reset.environment,
      task: episode.task,
      observation,
      sample,
    });
    try {
      let feedback: Feedback | null = null;
      for (let turn = 1; turn <= maxTurns; turn += 1) {
        const { action, usage = NO_USAGE } = await play.next(feedback);
        this.#usage = sumUsage(this.#usage, usage);
        if (action === null) break;
        const result: StepResult = await episode.step(action);
        const { failure } = result;
        if (failure !== null) return { reason: failure.code, retryable: failure.retryable };
        this.#turns.push(turnOf(result));
        // InterCode's experiments stop there, too.
        if (result.terminated || result.truncated || result.info.success === true) return null;
        // An agent that submits part of a task goes on with the next one.
        if ('skip' in parseAction(action)) return null;
        feedback = { step: result.step, observation: result.observation, reward: result.reward };
      }
      return await this.#submit(episode);
    } finally {
      await play.end();
    }
  }

  /** The agent has no more turns. Where every step was graded, nothing is left to grade. */
  async #submit(episode: Episode): Promise<PlayFailure | null> {
    if (this.#parts.reset.reward === 'every_step' && this.#turns.length > 0) return null;
    const result = await submitToEnd(episode);
    if (result.failure !== null) return { reason: result.failure.code, retryable: result.failure.retryable };
    this.#turns.push(turnOf(result));
    return null;
  }
}

function turnOf({ info, observation, reward }: StepResult): AttemptResult['turns'][number] {
  const { exit_code: status, timed_out: late } = observation;
  const failed = late === true || (typeof status === 'number' && status !== 0);
  const error = info.action_executed === undefined ? failed : !info.action_executed;
  return { error, reward, success: info.success === true };
}
