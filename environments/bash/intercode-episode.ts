import { within } from '../../docker/deadline.ts';
import { SandboxError } from '../../docker/errors.ts';
import type { ExecRequest, RunResult, Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ActionOutcome, EnvironmentEpisode, Grade, GradeRequest, Task } from '../environment.ts';
import { outputText, strictText } from '../output-text.ts';
import {
  execRequest,
  INTERCODE_TIMEOUT_MS,
  intercodeCommand,
  MALFORMED,
  TIMED_OUT,
  TOO_LONG,
  TOO_LONG_STATUS,
} from './intercode-command.ts';
import { fileEvidence } from './intercode-evidence.ts';
import { explainedIntercode } from './intercode-explanation.ts';
import type { IntercodeGoldSource } from './intercode-gold.ts';
import { comparedPaths, type IntercodeEvidence, intercodeReward } from './intercode-reward.ts';

export interface IntercodeEpisodeParts {
  readonly task: Task;
  /** In the task's start state. */
  readonly sandbox: Sandbox;
  readonly gold: IntercodeGoldSource;
  /** Whether `/` of the image is a git repository. */
  readonly gitAtRoot: boolean;
  readonly workdir: string;
  /** Bytes of output that an observation shows. */
  readonly maxOutputBytes: number;
  readonly placedInMs: number;
}

/** What an episode knows of its past. */
interface Known {
  readonly workdir: string;
  readonly lastOutput: string;
  readonly gradings: number;
}

/** A container engine's message if it cannot start a program. */
const CANNOT_START = 'OCI runtime exec failed: exec failed: unable to start container process: unknown\r\n';

const CANNOT_START_STATUS = 126;

/** The shown and the graded output of an action. */
interface Seen {
  readonly shown: string;
  readonly graded: string;
  readonly exitCode: number | null;
  readonly executed: boolean;
  readonly timedOut: boolean;
  readonly truncatedBytes: number;
  readonly durationMs: number;
}

function notExecuted(text: string, durationMs = 0, exitCode: number | null = null): Seen {
  const timedOut = text === TIMED_OUT;
  return {
    shown: text,
    graded: text,
    exitCode,
    executed: false,
    timedOut,
    truncatedBytes: 0,
    durationMs,
  };
}

/** Each action runs in its own process; answers and rewards are InterCode's. */
export class IntercodeEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: IntercodeEpisodeParts;
  #workdir: string;
  #lastOutput: string;
  #gradings: number;

  /** @param known of a copied episode @default that of a new one */
  constructor(parts: IntercodeEpisodeParts, known?: Known) {
    this.#parts = parts;
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#workdir = known?.workdir ?? parts.workdir;
    // If it is graded before any action, InterCode compares the instruction itself.
    this.#lastOutput = known?.lastOutput ?? parts.task.instruction;
    this.#gradings = known?.gradings ?? 0;
    this.initial = { observation: { output: parts.task.instruction }, durationMs: parts.placedInMs };
  }

  async act(
    action: Extract<ActionObject, { code: string }>,
    atMostMs = Number.POSITIVE_INFINITY,
  ): Promise<ActionOutcome> {
    const seen = await this.#execute(
      action.code,
      within(action.timeout_ms ?? INTERCODE_TIMEOUT_MS, atMostMs),
    );
    this.#lastOutput = seen.graded;
    return {
      observation: {
        output: seen.shown,
        exit_code: seen.exitCode,
        timed_out: seen.timedOut,
        truncated_bytes: seen.truncatedBytes,
        cwd: this.#workdir,
      },
      durationMs: seen.durationMs,
      info: { action_executed: seen.executed },
    };
  }

  copy(): (sandbox: Sandbox) => EnvironmentEpisode {
    const known = { workdir: this.#workdir, lastOutput: this.#lastOutput, gradings: this.#gradings };
    return (sandbox) => new IntercodeEpisode({ ...this.#parts, sandbox }, known);
  }

  async #execute(action: string, timeoutMs: number): Promise<Seen> {
    const command = intercodeCommand(action, this.#workdir);
    if (command.kind === 'malformed') return notExecuted(MALFORMED);
    if (command.kind === 'too_long') return notExecuted(TOO_LONG, 0, TOO_LONG_STATUS);
    const result = await this.#run(execRequest(command.argv, command.workdir, timeoutMs));
    if (result === null) return notExecuted(CANNOT_START, 0, CANNOT_START_STATUS);
    if (result.timedOut) return notExecuted(TIMED_OUT, result.durationMs);
    const graded = strictText(result);
    if (graded === null) return notExecuted(MALFORMED, result.durationMs);
    const executed = result.exitCode === 0;
    if (executed && command.nextWorkdir !== null) this.#workdir = command.nextWorkdir;
    const { text: shown, truncatedBytes } = outputText(result, this.#parts.maxOutputBytes);
    const { exitCode, durationMs } = result;
    return { shown, graded, exitCode, executed, timedOut: false, truncatedBytes, durationMs };
  }

  /** `null` if no program can start because of what the agent left: too many processes, or no shell. */
  async #run(request: ExecRequest): Promise<RunResult | null> {
    try {
      return await this.sandbox.exec(request);
    } catch (error) {
      if (error instanceof SandboxError && error.code === 'exhausted') return null;
      throw error;
    }
  }

  async grade(options: GradeRequest): Promise<Grade> {
    const began = performance.now();
    if (options.final) await this.sandbox.quiesce('kill');
    this.#gradings += 1;
    const grading = this.#gradings === 1 ? 'first' : 'later';
    const outcome = await this.#parts.gold(this.sandbox.image, grading);
    if (outcome.gold === null) return ungraded(outcome.ungradable.reason, began);
    const { gold } = outcome;
    const agent = await this.#evidence(gold, options.final);
    const graded = intercodeReward(agent, gold);
    if (graded === null) return ungraded("InterCode cannot read the files of this task's gold.", began);
    const { readable, ...grade } = graded;
    const info = readable ? {} : { info: { files_unreadable: true } };
    const explain = () => explainedIntercode(agent, gold, graded);
    return { ...grade, ...info, durationMs: performance.now() - began, explain };
  }

  /** The agent's evidence, read while its processes are stopped. */
  async #evidence(gold: IntercodeEvidence, final: boolean): Promise<IntercodeEvidence> {
    const look = () =>
      fileEvidence(this.sandbox, {
        gitAtRoot: this.#parts.gitAtRoot,
        within: new Set(comparedPaths(gold.status ?? '')),
      });
    if (final) return { output: this.#lastOutput, ...(await look()) };
    await this.sandbox.quiesce('stop');
    try {
      return { output: this.#lastOutput, ...(await look()) };
    } finally {
      await this.sandbox.quiesce('resume');
    }
  }
}

function ungraded(reason: string, began: number): Grade {
  return {
    reward: null,
    components: {},
    durationMs: performance.now() - began,
    info: { ungraded: reason },
  };
}
