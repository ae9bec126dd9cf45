import { within } from '../docker/deadline.ts';
import type { RunRequest, Sandbox } from '../docker/sandbox.ts';
import type { ActionObject } from '../protocol/action.ts';
import type { Observation } from '../protocol/episode.ts';
import type { OptionsOf, Player, Shape, Start } from './definition.ts';
import type {
  ActionOutcome,
  EnvironmentContext,
  EnvironmentEpisode,
  EpisodeDefaults,
  Grade,
  GradeRequest,
  Task,
} from './environment.ts';
import type { PlayableDataset, TaskRecord } from './playable-dataset.ts';

/** A task to be played in a sandbox. */
export interface Begin<S extends Shape, D extends PlayableDataset<TaskRecord>> extends Start<S, D> {
  /** Pristine. It is released when the episode ends. */
  readonly sandbox: Sandbox;
  /** Also the source of a second sandbox for grading. */
  readonly context: EnvironmentContext;
}

/** The result of an action. */
export interface Shown {
  readonly observation: Observation;
  /** Facts for `info`. @default none */
  readonly info?: Readonly<Record<string, unknown>>;
}

/** An episode that has begun. Calls never overlap. */
export interface Play {
  /** What the agent sees first. @default the task's instruction */
  readonly first?: Observation;
  /**
   * Run an action's code. The request has the deadline and the output limit; `sandbox.run(request)` runs it.
   * @throws {SandboxError} on an infrastructure fault
   */
  act(request: RunRequest): Promise<Shown>;
  /**
   * The reward of the current state.
   * @throws {SandboxError} on an infrastructure fault
   */
  grade(request: GradeRequest): Promise<Omit<Grade, 'durationMs'>>;
}

/** The player of an environment that only has `begin`, in the image of the dataset. */
export function simplePlayer<S extends Shape, D extends PlayableDataset<TaskRecord>>(
  begin: (start: Begin<S, D>) => Promise<Play>,
  context: EnvironmentContext,
): Player<S, D> {
  return {
    plan: (start) => ({
      image: start.dataset.image,
      begin: async (sandbox) => {
        const began = performance.now();
        const play = await begin({ ...start, sandbox, context });
        const durationMs = performance.now() - began;
        return new BegunEpisode({ ...start, sandbox, play, durationMs, defaults: context.defaults });
      },
    }),
  };
}

interface BegunParts {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly play: Play;
  readonly options: OptionsOf<Shape>;
  readonly defaults: EpisodeDefaults;
  /** Duration of `begin`, in milliseconds. */
  readonly durationMs: number;
}

class BegunEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: BegunParts;

  constructor(parts: BegunParts) {
    const { task, sandbox, play, durationMs } = parts;
    this.task = task;
    this.sandbox = sandbox;
    this.#parts = parts;
    this.initial = { observation: play.first ?? { output: task.instruction }, durationMs };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const { play, options, defaults } = this.#parts;
    const began = performance.now();
    const shown = await play.act({
      code: action.code,
      ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
      timeoutMs: within(action.timeout_ms ?? defaults.stepTimeoutMs, atMostMs),
      maxOutputBytes: options.max_output_bytes ?? defaults.maxOutputBytes,
    });
    return { ...shown, durationMs: performance.now() - began };
  }

  async grade(request: GradeRequest): Promise<Grade> {
    const began = performance.now();
    const grade = await this.#parts.play.grade(request);
    return { ...grade, durationMs: performance.now() - began };
  }
}
