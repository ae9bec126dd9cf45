import type { Sandbox } from '../../docker/sandbox.ts';
import type { ActionObject } from '../../protocol/action.ts';
import type { ActionOutcome, EnvironmentEpisode, Grade, Task } from '../environment.ts';
import { outputText, strictText } from '../output-text.ts';
import {
  execRequest,
  INTERCODE_TIMEOUT_MS,
  intercodeCommand,
  MALFORMED,
  TIMED_OUT,
} from './intercode-command.ts';
import { fileEvidence } from './intercode-evidence.ts';
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

/** What is shown of an action, and what is graded. */
interface Seen {
  readonly shown: string;
  readonly graded: string;
  readonly exitCode: number | null;
  readonly executed: boolean;
  readonly timedOut: boolean;
  readonly truncatedBytes: number;
  readonly durationMs: number;
}

function notExecuted(text: string, durationMs = 0): Seen {
  const timedOut = text === TIMED_OUT;
  return {
    shown: text,
    graded: text,
    exitCode: null,
    executed: false,
    timedOut,
    truncatedBytes: 0,
    durationMs,
  };
}

/** Each action in a process of its own; answers and rewards as InterCode gives them. */
export class IntercodeEpisode implements EnvironmentEpisode {
  readonly task: Task;
  readonly sandbox: Sandbox;
  readonly initial: ActionOutcome;
  readonly #parts: IntercodeEpisodeParts;
  #workdir: string;
  #lastOutput: string;
  #gradings = 0;

  constructor(parts: IntercodeEpisodeParts) {
    this.#parts = parts;
    this.task = parts.task;
    this.sandbox = parts.sandbox;
    this.#workdir = parts.workdir;
    // Graded before any action, InterCode compares the instruction itself.
    this.#lastOutput = parts.task.instruction;
    this.initial = { observation: { output: parts.task.instruction }, durationMs: parts.placedInMs };
  }

  async act(action: Extract<ActionObject, { code: string }>): Promise<ActionOutcome> {
    const seen = await this.#execute(action.code, action.timeout_ms ?? INTERCODE_TIMEOUT_MS);
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

  async #execute(action: string, timeoutMs: number): Promise<Seen> {
    const command = intercodeCommand(action, this.#workdir);
    if (command.kind === 'malformed') return notExecuted(MALFORMED);
    const result = await this.sandbox.exec(execRequest(command.argv, command.workdir, timeoutMs));
    if (result.timedOut) return notExecuted(TIMED_OUT, result.durationMs);
    const graded = strictText(result);
    if (graded === null) return notExecuted(MALFORMED, result.durationMs);
    const executed = result.exitCode === 0;
    if (executed && command.nextWorkdir !== null) this.#workdir = command.nextWorkdir;
    const { text: shown, truncatedBytes } = outputText(result, this.#parts.maxOutputBytes);
    const { exitCode, durationMs } = result;
    return { shown, graded, exitCode, executed, timedOut: false, truncatedBytes, durationMs };
  }

  async grade(options: { readonly answer?: string; readonly final: boolean }): Promise<Grade> {
    const began = performance.now();
    if (options.final) await this.sandbox.quiesce('kill');
    this.#gradings += 1;
    const gold = await this.#parts.gold(this.sandbox.image, this.#gradings === 1 ? 'first' : 'later');
    const agent = await this.#evidence(gold, options.final);
    const graded = intercodeReward(agent, gold);
    const durationMs = performance.now() - began;
    if (graded !== null) return { ...graded, durationMs };
    return {
      reward: null,
      components: {},
      durationMs,
      info: { ungraded: 'InterCode cannot read this state of the files.' },
    };
  }

  /** The agent's side, with none of its processes at work meanwhile. */
  async #evidence(gold: IntercodeEvidence, final: boolean): Promise<IntercodeEvidence> {
    const look = () =>
      fileEvidence(this.sandbox, {
        gitAtRoot: this.#parts.gitAtRoot,
        within: new Set(comparedPaths(gold.status)),
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
