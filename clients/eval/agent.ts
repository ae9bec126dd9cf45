import type { Action } from '../../protocol/action.ts';
import type { Observation, TaskRef } from '../../protocol/episode.ts';

/** Tokens that a model took. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

/** What an agent is asked to solve. */
export interface AgentTask {
  readonly environment: string;
  readonly task: TaskRef;
  /** What it sees first. */
  readonly observation: Observation;
  /** Number of the attempt at this task, from 0. */
  readonly sample: number;
}

/** What came of an agent's last action. */
export interface Feedback {
  readonly step: number;
  readonly observation: Observation;
  /** `null` if it was not graded. */
  readonly reward: number | null;
}

export interface AgentMove {
  /** `null`: it has no further action. The episode is then submitted, if its reward is given at the end. */
  readonly action: Action | null;
  /** @default none */
  readonly usage?: Usage;
}

/** An agent in one episode. */
export interface AgentPlay {
  /** @param feedback `null` before the first action @throws {AgentError} */
  next(feedback: Feedback | null): Promise<AgentMove>;
  /** The episode is over. Never throws. */
  end(): Promise<void>;
}

/** Plays episodes, any number at the same time. */
export interface Agent {
  readonly name: string;
  /** Maximum turns that it plays. @default no limit of its own */
  readonly maxTurns?: number;
  begin(task: AgentTask): Promise<AgentPlay>;
}

/** An agent that cannot go on: its program has ended, its endpoint refuses, its answer is no action. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, retryable: boolean) {
    super(message);
    this.retryable = retryable;
  }
}

export const NO_USAGE: Usage = { prompt_tokens: 0, completion_tokens: 0 };

export function sumUsage(one: Usage, other: Usage): Usage {
  return {
    prompt_tokens: one.prompt_tokens + other.prompt_tokens,
    completion_tokens: one.completion_tokens + other.completion_tokens,
  };
}
