import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { SandboxError } from '../errors.ts';

/** How long a program that is told to end may take to tidy up, in milliseconds. */
const TIDY_MS = 5_000;

/**
 * Start a program that ends when the signal aborts, with everything that it started: they are asked to end, and killed
 * when they do not. With a signal it is in a process group, and a terminal session, of its own.
 */
export function spawnGroup(
  program: string,
  args: readonly string[],
  options: SpawnOptions & { readonly signal?: undefined },
  signal: AbortSignal | undefined,
): ChildProcess {
  signal?.throwIfAborted();
  const child = spawn(program, args, { ...options, detached: signal !== undefined });
  if (signal === undefined) return child;
  let timer: NodeJS.Timeout | undefined;
  const kill = (how: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, how);
    } catch {
      // All of them have ended.
    }
  };
  const end = (): void => {
    kill('SIGTERM');
    timer = setTimeout(() => kill('SIGKILL'), TIDY_MS);
  };
  signal.addEventListener('abort', end, { once: true });
  child.once('close', () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    // What it left running would go on for nobody.
    if (signal.aborted) kill('SIGKILL');
  });
  return child;
}

export interface StartedProgram {
  readonly stdin: Writable;
  /** What it printed, once it ended well. Rejects with its last words otherwise, once it has ended. */
  readonly finished: Promise<string>;
}

/** Start a program of the host that builds something. @param signal ends it */
export function startProgram(program: string, args: readonly string[], signal?: AbortSignal): StartedProgram {
  const child = spawnGroup(program, args, { stdio: ['pipe', 'pipe', 'pipe'] }, signal);
  const { stderr, stdin, stdout } = child;
  if (stderr === null || stdin === null || stdout === null) throw new Error('a program without pipes');
  let printed = '';
  let complaints = '';
  stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  // Its exit status tells more than a pipe that broke because of it.
  stdin.on('error', () => {});
  const finished = new Promise<string>((resolve, reject) => {
    child.on('error', (error) => {
      reject(
        new SandboxError('start_failed', `${program} cannot be started: ${error.message}`, { cause: error }),
      );
    });
    child.on('close', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(printed);
      else reject(new SandboxError('start_failed', `${program} failed (${code}): ${complaints.trim()}`));
    });
  });
  return { stdin, finished };
}

/** Run a program without input to its end. @param signal ends it @returns what it printed */
export function runProgram(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { stdin, finished } = startProgram(program, args, signal);
  stdin.end();
  return finished;
}
