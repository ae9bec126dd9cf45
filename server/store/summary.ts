import type { TrajectorySummary } from '../../protocol/operator.ts';
import type { ResetEvent, StepEvent, TrajectoryEvent } from '../../protocol/trajectory.ts';

/** A turn, as statistics by turn need it. */
export interface TurnFacts {
  /** Whether its code failed. */
  readonly error: boolean;
  /** `null` if it was not graded. */
  readonly reward: number | null;
  readonly success: boolean;
}

/** What the index keeps of a trajectory. */
export interface Summary extends Omit<TrajectorySummary, 'path' | 'bytes'> {
  readonly instruction: string;
  readonly turns: readonly TurnFacts[];
}

interface Graded {
  readonly reward: number | null;
  readonly success: boolean | null;
}

/** Whether the code of a step failed. Steps without code do not fail. */
export function failedStep({ info, observation }: Pick<StepEvent, 'info' | 'observation'>): boolean {
  if (info.action_executed !== undefined) return !info.action_executed;
  const { exit_code: status, timed_out: late } = observation;
  return late === true || (typeof status === 'number' && status !== 0);
}

/** Sums up the events of one trajectory, which are taken in their order. It can go on when the file has grown. */
export class SummaryOf {
  #reset: ResetEvent | undefined;
  #last = '';
  #end: TrajectorySummary['end'] = null;
  #turns: TurnFacts[] = [];
  /** Grades by the number of steps before them, with the graded one. */
  #grades: (Graded & { readonly step: number })[] = [];
  #failure: string | null = null;
  #limit: TrajectorySummary['limit'] = null;
  #stepMs = 0;
  #gradeMs = 0;

  take(event: TrajectoryEvent): void {
    this.#last = event.time;
    switch (event.event) {
      case 'reset':
        this.#reset = event;
        return;
      case 'step':
        this.#step(event);
        return;
      case 'evaluate':
      case 'limit':
        this.#graded(event.after_step, event);
        if (event.event === 'limit') this.#limit = 'time';
        return;
      case 'undo':
        this.#turns.length = Math.min(this.#turns.length, event.to_step);
        this.#grades = this.#grades.filter(({ step }) => step <= event.to_step);
        return;
      case 'close':
        this.#end = event.reason;
    }
  }

  /** `undefined` before its first line. */
  get summary(): Summary | undefined {
    const reset = this.#reset;
    if (reset === undefined) return undefined;
    const { episode_id, environment, task, info, options, fork, time } = reset;
    const rewards = this.#grades.map(({ reward }) => reward).filter((reward) => reward !== null);
    const last = this.#grades.findLast(({ reward }) => reward !== null);
    return {
      episode_id,
      environment,
      dataset: task.dataset,
      task: task.id,
      task_index: task.index,
      instruction: task.instruction,
      seed: info.seed,
      tags: [...new Set(options.tags ?? [])],
      begun: time,
      last: this.#last,
      end: this.#end,
      steps: this.#turns.length,
      errors: this.#turns.filter(({ error }) => error).length,
      reward: last?.reward ?? null,
      best_reward: rewards.length === 0 ? null : Math.max(...rewards),
      success: last?.success ?? null,
      failure: this.#failure,
      limit: this.#limit,
      duration_ms: Math.max(0, Date.parse(this.#last) - Date.parse(time)),
      step_ms: this.#stepMs,
      grade_ms: this.#gradeMs,
      fork_of: fork === undefined ? null : { episode_id: fork.episode_id, step: fork.step },
      turns: this.#turns,
    };
  }

  #step(event: StepEvent): void {
    const { info, step } = event;
    this.#turns.length = Math.min(this.#turns.length, step - 1);
    this.#turns.push({ error: failedStep(event), reward: null, success: false });
    this.#stepMs += info.duration_ms;
    this.#limit = info.limit ?? this.#limit;
    this.#graded(step, event);
  }

  #graded(step: number, { failure, info, reward }: Pick<StepEvent, 'failure' | 'info' | 'reward'>): void {
    this.#gradeMs += info.grade_ms ?? 0;
    this.#failure = failure?.code ?? this.#failure;
    if (reward === null) return;
    const success = info.success ?? reward === 1;
    this.#grades.push({ step, reward, success });
    const turn = this.#turns[step - 1];
    if (turn !== undefined) this.#turns[step - 1] = { ...turn, reward, success: turn.success || success };
  }
}
