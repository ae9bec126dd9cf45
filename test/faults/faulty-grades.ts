import { setTimeout as delay } from 'node:timers/promises';
import Docker from 'dockerode';
import { expect, vi } from 'vitest';
import { SandboxError } from '../../docker/errors.ts';
import type { AcquireOptions, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { isDoubtful } from '../../environments/python/attempt.ts';
import { PythonJudge } from '../../environments/python/judge.ts';
import { JudgingSandboxes } from '../../environments/python/judging-sandbox.ts';
import type { PythonTaskRecord } from '../../environments/python/task.ts';
import { type EngineCase, openPool, pauseContainer } from '../engines.ts';
import { signalled } from '../signals.ts';
import { type JudgeProcesses, judgeProcesses, type Role } from './judge-processes.ts';

/** How a grade ended: a reward, or the code of a failure. */
export type Ending = { readonly reward: number } | { readonly failure: string };

/** Remembers the sandboxes that it hands out. */
class WatchedSource implements SandboxSource {
  readonly handedOut: Sandbox[] = [];
  readonly #source: SandboxSource;

  constructor(source: SandboxSource) {
    this.#source = source;
  }

  async acquire(options: AcquireOptions): Promise<Sandbox> {
    const sandbox = await this.#source.acquire(options);
    this.handedOut.push(sandbox);
    return sandbox;
  }
}

/** A grade at work, to be disturbed. */
export class Victim {
  readonly #source: WatchedSource;
  isOver = false;
  /** Signals and pauses that met something. */
  sent = 0;

  constructor(source: WatchedSource) {
    this.#source = source;
  }

  get sandboxes(): number {
    return this.#source.handedOut.length;
  }

  /** Of the sandbox that was handed out last. */
  async #root(): Promise<number> {
    const sandbox = this.#source.handedOut.at(-1);
    if (sandbox === undefined) return 0;
    if (sandbox.engine === 'local') return process.pid;
    const known = await new Docker().getContainer(sandbox.id).inspect();
    return known.State.Pid;
  }

  /** Its processes, once the solution is at work; nothing where the grade is over before. */
  async processes(): Promise<Partial<JudgeProcesses>> {
    while (!this.isOver) {
      const found = await judgeProcesses(await this.#root().catch(() => 0));
      if (found.judge !== undefined) return found;
      await delay(5);
    }
    return {};
  }

  async signal(role: Role, signal: NodeJS.Signals): Promise<void> {
    this.#send((await this.processes())[role], signal);
  }

  /** Stop a process for so many milliseconds. */
  async stop(role: Role, ms: number): Promise<void> {
    const { [role]: pid } = await this.processes();
    this.#send(pid, 'SIGSTOP');
    await delay(ms);
    this.#send(pid, 'SIGCONT');
  }

  /** Pause the whole sandbox for so many milliseconds: its container, or each of its processes. */
  async pause(ms: number): Promise<void> {
    const found = Object.values(await this.processes());
    const sandbox = this.#source.handedOut.at(-1);
    if (found.length === 0 || sandbox === undefined) return;
    if (sandbox.engine === 'docker') {
      const container = new Docker().getContainer(sandbox.id);
      await pauseContainer(container);
      await delay(ms);
      await container.unpause();
      this.sent += 1;
      return;
    }
    for (const pid of found) this.#send(pid, 'SIGSTOP');
    await delay(ms);
    for (const pid of found) this.#send(pid, 'SIGCONT');
  }

  #send(pid: number | undefined, signal: NodeJS.Signals): void {
    if (pid !== undefined && signalled(pid, signal)) this.sent += 1;
  }
}

/** Grades on an engine that are disturbed. */
export async function openFaultyGrades(engine: EngineCase) {
  const opened = await openPool(engine, 'python');
  const source = new WatchedSource(opened.pool);
  const judge = new PythonJudge(source);
  const image = { name: 'python', digest: 'sha256:0' };

  /**
   * How a grade ends while something is done to it, how many sandboxes it took, whether the first one's result was in doubt,
   * and what met something.
   */
  async function graded(
    record: PythonTaskRecord,
    code: string,
    fault: (victim: Victim) => Promise<unknown> = async () => {},
  ): Promise<{ ending: Ending; sandboxes: number; isFirstDoubtful: boolean; sent: number }> {
    source.handedOut.length = 0;
    const attempts = vi.spyOn(JudgingSandboxes.prototype, 'attempt');
    const victim = new Victim(source);
    const grade = judge
      .grade(image, record, { steps: [{ code }], strict: true })
      .then(
        ({ reward }): Ending => ({ reward }),
        (error: unknown): Ending => {
          expect(error).toBeInstanceOf(SandboxError);
          return { failure: (error as SandboxError).code };
        },
      )
      .finally(() => {
        victim.isOver = true;
      });
    try {
      await fault(victim);
      const ending = await grade;
      const [first] = attempts.mock.settledResults;
      const isFirstDoubtful = first?.type === 'fulfilled' && isDoubtful(first.value);
      return { ending, sandboxes: source.handedOut.length, isFirstDoubtful, sent: victim.sent };
    } finally {
      attempts.mockRestore();
    }
  }

  return { graded, close: () => opened.close() };
}
