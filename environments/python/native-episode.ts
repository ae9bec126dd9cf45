import { within } from '../../docker/deadline.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type {
  ActionOutcome,
  EnvironmentEpisode,
  EpisodeDefaults,
  Grade,
  GradeRequest,
  Task,
} from '../environment.ts';
import { observedRun } from '../output-text.ts';
import type { Rewards } from './rewards.ts';
import type { PythonTaskRecord } from './task.ts';
import { Work } from './work.ts';

export interface NativeEpisodeParts {
  readonly task: Task;
  /** With the task's setup run. */
  readonly sandbox: Sandbox;
  readonly record: PythonTaskRecord;
  readonly rewards: Rewards;
  readonly defaults: EpisodeDefaults;
  readonly idleTimeoutMs?: number;
  /** Time that the setup took, in milliseconds. */
  readonly placedInMs: number;
}

/** One interpreter for the whole episode; its work is graded in another one. */
export class NativeEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: NativeEpisodeParts;
  readonly #work = new Work();

  constructor(parts: NativeEpisodeParts) {
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#parts = parts;
    this.initial = { observation: { output: instruction(parts) }, durationMs: parts.placedInMs };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const { defaults, idleTimeoutMs } = this.#parts;
    const result = await this.sandbox.run({
      code: action.code,
      ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
      timeoutMs: within(action.timeout_ms ?? defaults.stepTimeoutMs, atMostMs),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      maxOutputBytes: defaults.maxOutputBytes,
    });
    this.#work.add(action, result);
    return { observation: observedRun(result), durationMs: result.durationMs };
  }

  async grade({ answer, atMostMs }: GradeRequest): Promise<Grade> {
    const { record, rewards } = this.#parts;
    return rewards.grade(this.sandbox.image, this.#work.solution(record, answer), atMostMs);
  }
}

/** The task's instruction, with the name that its tests call if the instruction lacks it. */
function instruction({ task, record }: NativeEpisodeParts): string {
  const { entry } = record;
  if (entry === undefined || task.instruction.includes(entry)) return task.instruction;
  return `${task.instruction}\n\nThe tests call it ${entry}.`;
}
