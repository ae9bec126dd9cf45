import { LRUCache } from 'lru-cache';
import { SandboxError, type SandboxErrorCode } from '../../docker/errors.ts';
import type { ImageRef, RunResult, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { type Attempt, lostAttempt } from './attempt.ts';
import { framesIn, type JudgeReply, newNonce, replyTo, SessionReply } from './judge-reply.ts';
import { COMPILE, judgeAgain, judgeLoader, judgeModules } from './judge-source.ts';
import { type Found, type Known, SearchedImages } from './searched-images.ts';
import { ALL_SECONDS, type Solution, workOf } from './solution.ts';
import type { PythonTaskRecord } from './task.ts';

/** Time for the judge itself, in addition to the time of all tests, in milliseconds. */
const GRACE_MS = 5_000;
/** Factor by which all tests may take longer if others use the processor, or the sandbox is paused. */
const SLOWEST = 4;
/** Exit status of a process that SIGKILL ended. */
const KILLED_STATUS = 137;
const MAX_REPLY_BYTES = 4 * 1024 * 1024;
/** Number of sandbox ids that are kept. If one is dropped, the judge is only sent again. */
const MAX_WARM = 4096;
/** Faults of one sandbox that the next one may not have. */
const PASSING: ReadonlySet<SandboxErrorCode> = new Set(['died', 'unresponsive', 'runner_fault']);

/** Runs the judge, each time in a fresh sandbox. */
export class JudgingSandboxes {
  readonly #sandboxes: SandboxSource;
  readonly #loader = judgeLoader();
  readonly #again = judgeAgain();
  readonly #modules = JSON.stringify(judgeModules());
  /** Compiled modules by the image's digest. */
  readonly #compiled = new Map<string, Promise<string>>();
  readonly #images = new SearchedImages();
  /** Ids of sandboxes whose session should have the judge. */
  readonly #warm = new LRUCache<string, true>({ max: MAX_WARM });

  constructor(sandboxes: SandboxSource) {
    this.#sandboxes = sandboxes;
  }

  /**
   * Grade once. A missing answer, and a sandbox in which no solution can start, are reported as `missing`.
   * @throws {SandboxError} if no sandbox is available
   */
  async attempt(image: ImageRef, record: PythonTaskRecord, solution: Solution): Promise<Attempt> {
    await using sandbox = await this.#sandboxes.acquire({ image: image.name, purpose: 'grading' });
    const began = performance.now();
    try {
      return attemptOf(record, await this.#asked(sandbox, record, solution));
    } catch (error) {
      if (!(error instanceof SandboxError) || !PASSING.has(error.code)) throw error;
      const durationMs = performance.now() - began;
      const { message } = error;
      return lostAttempt(record, { durationMs, missing: error, message });
    }
  }

  async #asked(sandbox: Sandbox, record: PythonTaskRecord, solution: Solution): Promise<Reply> {
    // A sandbox that died is not used again.
    const warm = this.#warm.delete(sandbox.id);
    const { digest } = sandbox.image;
    const known = this.#images.next(digest);
    let found: Found = 'unknown';
    try {
      let reply = await this.#run(sandbox, record, solution, known, warm);
      if (reply.unloaded) reply = await this.#run(sandbox, record, solution, known, false);
      found = reply.image;
      if (reply.remains === 'graded') {
        this.#warm.set(sandbox.id, true);
        await sandbox.release('graded');
      }
      return reply;
    } finally {
      this.#images.learn(digest, known, found);
    }
  }

  async #run(
    sandbox: Sandbox,
    record: PythonTaskRecord,
    solution: Solution,
    known: Known,
    warm: boolean,
  ): Promise<Reply> {
    const compiled = warm ? '' : await this.#compiledIn(sandbox);
    const nonce = newNonce();
    const work = workOf(record, solution, nonce);
    const result = await sandbox.run({
      code: warm ? this.#again : this.#loader,
      stdin: `${compiled.length} ${known}\n${compiled}${work}${nonce}`,
      timeoutMs: ALL_SECONDS * SLOWEST * 1000 + GRACE_MS,
      maxOutputBytes: MAX_REPLY_BYTES,
    });
    return replyOf(record, result, nonce);
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

interface Reply {
  /** `null` if the judge did not answer. */
  readonly judged: JudgeReply | null;
  /** How the judge's process ended, as its session saw it. */
  readonly end: Extract<SessionReply, { end: string }>['end'];
  /** The session has no judge, so nothing has run. */
  readonly unloaded: boolean;
  /** What the grade leaves behind. */
  readonly remains: Extract<SessionReply, { end: string }>['remains'];
  /** What is known of the image's files. */
  readonly image: Found;
  readonly durationMs: number;
}

function replyOf(record: PythonTaskRecord, result: RunResult, nonce: string): Reply {
  const { durationMs, exitCode, sessionRestarted, timedOut } = result;
  const end = sessionRestarted && !timedOut && exitCode === KILLED_STATUS ? 'killed' : 'lost';
  const nothing: Reply = {
    judged: null,
    end,
    unloaded: false,
    remains: 'used',
    image: 'unknown',
    durationMs,
  };
  if (exitCode !== 0 || timedOut || sessionRestarted || result.truncatedBytes > 0) return nothing;
  const frames = framesIn(result.output, nonce).map(parsed);
  const last = SessionReply.safeParse(frames.at(-1));
  if (!last.success || frames.length > 2) return nothing;
  if ('unloaded' in last.data) return { ...nothing, unloaded: true };
  const told = { ...nothing, ...last.data };
  if (told.end !== 'answered') return told;
  const judged = frames.length === 2 ? replyTo(record, frames[0]) : null;
  // Without a valid reply, nothing is known about the files either.
  return judged === null ? { ...nothing, end: 'lost' } : { ...told, judged };
}

/** A frame's text as JSON, or `undefined`. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function attemptOf(record: PythonTaskRecord, { judged, end, durationMs }: Reply): Attempt {
  if (end === 'overrun')
    return lostAttempt(record, {
      durationMs,
      message: 'what the solution gave kept the judge busy for too long',
    });
  if (judged === null)
    return missed(
      record,
      durationMs,
      end === 'killed' ? 'The judge was killed.' : 'The judge gave no answer.',
    );
  if ('fault' in judged) return missed(record, durationMs, `Solutions cannot run: ${judged.fault}`);
  const { usage } = judged;
  const tests = 'grade' in judged ? [judged.grade] : judged.tests;
  return { tests, usage, durationMs };
}

function missed(record: PythonTaskRecord, durationMs: number, message: string): Attempt {
  return lostAttempt(record, { durationMs, missing: new SandboxError('runner_fault', message), message });
}
