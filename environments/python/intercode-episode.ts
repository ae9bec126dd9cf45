import { randomUUID } from 'node:crypto';
import { within } from '../../docker/deadline.ts';
import type { RunResult, Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ActionOutcome, EnvironmentEpisode, Grade, GradeRequest, Task } from '../environment.ts';
import { outputText } from '../output-text.ts';
import {
  type ActionResult,
  definedFunction,
  intercodeCode,
  intercodeObservation,
  markedResult,
} from './intercode-action.ts';
import type { NativeEpisodeParts } from './native-episode.ts';
import { Work } from './work.ts';

/** Bytes reserved for the marker and the error after it. */
const MARKER_BYTES = 8192;
const TIMED_OUT = 'Command timed out';
const LOST = 'the interpreter has ended; a new one has taken its place';

/** MBPP as InterCode plays it (Yang et al. 2023); graded in a fresh interpreter, with equal rewards. */
export class IntercodeEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: NativeEpisodeParts;
  readonly #work = new Work();
  #lastFunction: string | undefined;

  constructor(parts: NativeEpisodeParts) {
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#parts = parts;
    this.initial = { observation: { output: parts.task.instruction }, durationMs: parts.placedInMs };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const { defaults } = this.#parts;
    const marker = { text: `\u0001${randomUUID()}\u0001` };
    const result = await this.sandbox.run({
      code: intercodeCode(action.code, marker),
      ...(action.stdin === undefined ? {} : { stdin: action.stdin }),
      timeoutMs: within(action.timeout_ms ?? defaults.stepTimeoutMs, atMostMs),
      maxOutputBytes: defaults.maxOutputBytes + MARKER_BYTES,
    });
    this.#work.add(action, result);
    this.#lastFunction = definedFunction(action.code) ?? this.#lastFunction;
    const { text, truncatedBytes } = outputText(result);
    const outcome = outcomeOf(result, markedResult(text, marker), text);
    const executed = outcome.error === null && outcome.refused === null;
    return {
      observation: {
        output: intercodeObservation(outcome),
        exit_code: executed ? 0 : 1,
        timed_out: result.timedOut,
        truncated_bytes: truncatedBytes,
        cwd: result.cwd,
        ...(result.sessionRestarted ? { session_restarted: true } : {}),
      },
      durationMs: result.durationMs,
      info: { action_executed: executed },
    };
  }

  /** `answer` is the function of `submit <function>`. @default the last function that was defined */
  async grade({ answer, atMostMs }: GradeRequest): Promise<Grade> {
    const { record, rewards } = this.#parts;
    const submitted = answer ?? this.#lastFunction;
    return rewards.grade(this.sandbox.image, this.#work.solution(record, submitted), atMostMs);
  }
}

function outcomeOf(result: RunResult, told: ActionResult | null, printed: string): ActionResult {
  if (result.timedOut) return { printed, error: TIMED_OUT, refused: null };
  return told ?? { printed, error: LOST, refused: null };
}
