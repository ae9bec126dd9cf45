import { LRUCache } from 'lru-cache';
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
  /** It may start threads but no processes, so that all that it uses is counted. @default false */
  readonly alone?: boolean;
}

/** A task's gold as work to be graded. */
export function goldSolution({ gold }: PythonTaskRecord): Solution {
  return { steps: [{ code: gold }], strict: true };
}

/** Time in which the work has to be loaded, in seconds. */
const LOAD_SECONDS = 10;
/** Time of one test that names none of its own, in seconds. */
const TEST_SECONDS = 5;
/** Time of all tests of one grade, in seconds. */
const ALL_SECONDS = 60;
/** What the judge itself may need beyond that, in milliseconds. */
const GRACE_MS = 5_000;
const UNLOADED = '{"unloaded": true}';
const MAX_REPLY_BYTES = 4 * 1024 * 1024;
/** Ids of sandboxes that are remembered. A forgotten one only costs that the judge is sent again. */
const MAX_WARM = 4096;

/** Grades solutions, each in a fresh sandbox that runs the judge. */
export class PythonJudge {
  readonly #sandboxes: SandboxSource;
  readonly #loader = judgeLoader();
  readonly #modules = JSON.stringify(judgeModules());
  /** Compiled modules by the image's digest. */
  readonly #compiled = new Map<string, Promise<string>>();
  /** What is known of an image's files, by its digest: `closed` or `open` to everybody's writing. */
  readonly #files = new Map<string, 'closed' | 'open'>();
  /** Ids of sandboxes whose session should have the judge. */
  readonly #warm = new LRUCache<string, true>({ max: MAX_WARM });
  /** Grade programs that gave the gold a number, by their tasks. */
  readonly #working = new WeakMap<PythonTaskRecord, Promise<void>>();

  constructor(sandboxes: SandboxSource) {
    this.#sandboxes = sandboxes;
  }

  /**
   * Never fails for anything that the solution did: whatever keeps the judge from answering fails the tests, and so does
   * a value on which the grade program fails.
   * @param image what the task's episodes run on
   * @throws {SandboxError} on an infrastructure fault, and where a grade program gives not even the gold a number
   */
  async judge(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Judgement> {
    const judgement = await this.#judgement(image, record, solution);
    if (gradeFailed(record, judgement)) await this.#worksForGold(image, record);
    return judgement;
  }

  /**
   * A grade program failed by itself: it is broken, or it was given a value that it cannot work with. Only the first
   * may be a failure, as a solution can bring about the second at will; which one it is the gold tells.
   */
  #worksForGold(image: ImageRef, record: PythonTaskRecord): Promise<void> {
    const known = this.#working.get(record);
    if (known !== undefined) return known;
    const asked = this.#judgement(image, record, goldSolution(record)).then(({ tests: [grade] }) => {
      if (grade?.passed) return;
      const how = grade?.error?.type ?? 'no answer';
      throw new SandboxError(
        'runner_fault',
        `The grade program of task ${record.id} fails on the gold: ${how}`,
      );
    });
    this.#working.set(record, asked);
    asked.catch(() => this.#working.delete(record));
    return asked;
  }

  async #judgement(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Judgement> {
    await using sandbox = await this.#sandboxes.acquire({ image: image.name, purpose: 'grading' });
    const work = workOf(record, solution);
    // A sandbox that dies is not asked again.
    const warm = this.#warm.delete(sandbox.id);
    let reply = replyOf(await this.#run(sandbox, work, warm));
    if (reply.unloaded) reply = replyOf(await this.#run(sandbox, work, false));
    if (reply.files === 'open') this.#files.set(sandbox.image.digest, 'open');
    if (reply.files === 'clean') {
      this.#files.set(sandbox.image.digest, 'closed');
      this.#warm.set(sandbox.id, true);
      await sandbox.release('graded');
    }
    return judgementOf(record, reply);
  }

  async #run(sandbox: Sandbox, work: string, warm: boolean): Promise<RunResult> {
    const compiled = warm ? '' : await this.#compiledIn(sandbox);
    const files = this.#files.get(sandbox.image.digest) ?? 'unknown';
    return sandbox.run({
      code: this.#loader,
      stdin: `${compiled.length} ${files}\n${compiled}${work}`,
      timeoutMs: ALL_SECONDS * 1000 + GRACE_MS,
      maxOutputBytes: MAX_REPLY_BYTES,
    });
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

/** The job and its plan, as the judge reads them. */
function workOf(record: PythonTaskRecord, solution: Solution): string {
  const job = {
    setup: record.setup ?? '',
    steps: solution.steps,
    strict: solution.strict,
    binding: solution.binding ?? null,
  };
  const plan = {
    tests: record.tests ?? [],
    entry: record.entry ?? null,
    grade: record.grade ?? null,
    alone: solution.alone ?? false,
    seconds: {
      load: LOAD_SECONDS,
      test: (record.test_timeout_ms ?? TEST_SECONDS * 1000) / 1000,
      all: ALL_SECONDS,
    },
  };
  return `${part(job)}${part(plan)}`;
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

function judgementOf(record: PythonTaskRecord, { judged, durationMs }: Reply): Judgement {
  if (judged === null) return { score: 0, tests: allFailed(record), usage: null, durationMs };
  if ('fault' in judged) throw new SandboxError('runner_fault', `No solution can be run: ${judged.fault}`);
  const { usage } = judged;
  if ('grade' in judged) {
    const { value, ...outcome } = judged.grade;
    return { score: value ?? 0, tests: [outcome], usage, durationMs };
  }
  const passed = judged.tests.filter((test) => test.passed).length;
  return { score: passed / judged.tests.length, tests: judged.tests, usage, durationMs };
}

/** Whether a grade program gave no number, and neither an exception of the solution's nor its end is the reason. */
function gradeFailed({ grade }: PythonTaskRecord, { tests }: Judgement): boolean {
  return grade !== undefined && tests[0]?.error?.of === 'test';
}

interface Reply {
  /** `null` where the judge did not answer: only the solution can have kept it from that. */
  readonly judged: JudgeReply | null;
  /** The session has no judge: nothing has run. */
  readonly unloaded: boolean;
  /** Whether the session is as it was, or everybody may write in files of the image. */
  readonly files: string | undefined;
  readonly durationMs: number;
}

function replyOf(result: RunResult): Reply {
  const { durationMs } = result;
  const nothing = { judged: null, unloaded: false, files: undefined, durationMs };
  if (result.exitCode !== 0 || result.timedOut || result.sessionRestarted || result.truncatedBytes > 0)
    return nothing;
  const [text = '', files] = result.output.toString('utf8').split('\n');
  if (text === UNLOADED) return { ...nothing, unloaded: true };
  try {
    return { ...nothing, judged: JudgeReply.parse(JSON.parse(text)), files };
  } catch {
    return nothing;
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
