import { SandboxError } from '../../docker/errors.ts';
import type { ImageRef, RunResult, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { COMPILE, judgeLoader, judgeModules } from './judge-source.ts';
import { type Judgement, JudgeReply } from './judgement.ts';
import type { PythonTaskRecord } from './task.ts';

/** One piece of the work to be graded. */
export interface SolutionStep {
  readonly code: string;
  /** What it reads on standard input. @default nothing */
  readonly stdin?: string;
}

/** The work to be graded. */
export interface Solution {
  readonly steps: readonly SolutionStep[];
  /** An exception of a step fails everything; without it the next step goes on, as in a session. */
  readonly strict: boolean;
  /** A statement run last, which must not raise. @default none */
  readonly binding?: string;
}

/** Time in which the work has to be loaded, in seconds. */
const LOAD_SECONDS = 10;
/** Time of one test that names none of its own, in seconds. */
const TEST_SECONDS = 5;
/** Time of all tests of one grade, in seconds. */
const ALL_SECONDS = 60;
/** What the judge itself may need beyond that, in milliseconds. */
const GRACE_MS = 5_000;
const MAX_REPLY_BYTES = 4 * 1024 * 1024;

/** Grades solutions, each in a fresh sandbox that runs the judge. */
export class PythonJudge {
  readonly #sandboxes: SandboxSource;
  readonly #loader = judgeLoader();
  readonly #modules = JSON.stringify(judgeModules());
  /** Compiled modules by the image's digest. */
  readonly #compiled = new Map<string, Promise<string>>();

  constructor(sandboxes: SandboxSource) {
    this.#sandboxes = sandboxes;
  }

  /**
   * Never fails for anything that the solution did: whatever keeps the judge from answering fails the tests.
   * @param image what the task's episodes run on
   * @throws {SandboxError} on an infrastructure fault
   */
  async judge(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Judgement> {
    await using sandbox = await this.#sandboxes.acquire({ image: image.name, purpose: 'grading' });
    const compiled = await this.#compiledIn(sandbox);
    const test = (record.test_timeout_ms ?? TEST_SECONDS * 1000) / 1000;
    const seconds = { load: LOAD_SECONDS, test, all: ALL_SECONDS };
    const job = {
      setup: record.setup ?? '',
      steps: solution.steps,
      strict: solution.strict,
      binding: solution.binding ?? null,
      cpu_seconds: ALL_SECONDS,
    };
    const plan = {
      tests: record.tests ?? [],
      entry: record.entry ?? null,
      grade: record.grade ?? null,
      seconds,
    };
    const result = await sandbox.run({
      code: this.#loader,
      stdin: `${compiled.length}\n${compiled}${part(job)}${part(plan)}`,
      timeoutMs: ALL_SECONDS * 1000 + GRACE_MS,
      maxOutputBytes: MAX_REPLY_BYTES,
    });
    return judgementOf(record, result);
  }

  async #compiledIn(sandbox: Sandbox): Promise<string> {
    const { digest } = sandbox.image;
    const known = this.#compiled.get(digest);
    if (known !== undefined) return known;
    const made = compiledJudge(sandbox, this.#modules);
    this.#compiled.set(digest, made);
    made.catch(() => this.#compiled.delete(digest));
    return made;
  }
}

async function compiledJudge(sandbox: Sandbox, modules: string): Promise<string> {
  const result = await sandbox.run({
    code: COMPILE,
    stdin: modules,
    timeoutMs: 60_000,
    maxOutputBytes: MAX_REPLY_BYTES,
  });
  if (result.exitCode === 0) return result.output.toString('latin1').trim();
  throw new SandboxError('runner_fault', `The judge cannot be compiled: ${result.output.toString('utf8')}`);
}

/** JSON with its length in bytes on a line before it. */
function part(value: unknown): string {
  const text = JSON.stringify(value);
  return `${Buffer.byteLength(text)}\n${text}`;
}

function judgementOf(record: PythonTaskRecord, result: RunResult): Judgement {
  const { durationMs } = result;
  const reply = replyOf(result);
  if (reply === null) return { score: 0, tests: allFailed(record), usage: null, durationMs };
  if ('fault' in reply) throw new SandboxError('runner_fault', `No solution can be run: ${reply.fault}`);
  const { usage } = reply;
  if ('grade' in reply) {
    const { value, ...outcome } = reply.grade;
    return { score: value ?? 0, tests: [outcome], usage, durationMs };
  }
  const passed = reply.tests.filter((test) => test.passed).length;
  return { score: passed / reply.tests.length, tests: reply.tests, usage, durationMs };
}

/** `null` where the judge did not answer: only the solution can have kept it from that. */
function replyOf(result: RunResult): JudgeReply | null {
  if (result.exitCode !== 0 || result.timedOut || result.sessionRestarted || result.truncatedBytes > 0)
    return null;
  try {
    return JudgeReply.parse(JSON.parse(result.output.toString('utf8')));
  } catch {
    return null;
  }
}

function allFailed(record: PythonTaskRecord) {
  const names = record.tests?.map(({ name }) => name) ?? ['grade'];
  const error = {
    type: 'InterpreterLost',
    message: 'the judge did not live to see the end of the tests',
    line: null,
    of: 'solution' as const,
  };
  return names.map((name) => ({ name, passed: false, error }));
}
