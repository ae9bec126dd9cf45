import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { SandboxError } from '../errors.ts';

export interface StartedProgram {
  readonly stdin: Writable;
  /** What it printed, once it ended well. Rejects with its last words otherwise. */
  readonly finished: Promise<string>;
}

/** Start a program of the host that builds something. */
export function startProgram(program: string, args: readonly string[]): StartedProgram {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let printed = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000);
  });
  // Its exit status tells more than a pipe that broke because of it.
  child.stdin.on('error', () => {});
  const finished = new Promise<string>((resolve, reject) => {
    child.on('error', (error) => {
      reject(
        new SandboxError('start_failed', `${program} cannot be started: ${error.message}`, { cause: error }),
      );
    });
    child.on('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new SandboxError('start_failed', `${program} failed (${code}): ${complaints.trim()}`));
    });
  });
  return { stdin: child.stdin, finished };
}

/** Run a program without input to its end. @returns what it printed */
export function runProgram(program: string, args: readonly string[]): Promise<string> {
  const { stdin, finished } = startProgram(program, args);
  stdin.end();
  return finished;
}
