import { SandboxError } from '../../docker/errors.ts';
import type { FileEntry, RunResult, Sandbox } from '../../docker/sandbox.ts';
import type { Ungradable } from '../../protocol/environment.ts';
import { decodeText } from '../output-text.ts';
import { shellQuote } from './posix-words.ts';
import type { BashTaskRecord, TaskFile } from './task.ts';

const DEFAULT_MTIME = '2024-01-01T00:00:00Z';
const PLACEMENT = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

function fileEntry(file: TaskFile): FileEntry {
  const { path, type = 'file', target } = file;
  const content =
    file.content_base64 === undefined ? (file.content ?? '') : Buffer.from(file.content_base64, 'base64');
  return {
    path,
    type,
    ...(type === 'file' ? { content } : {}),
    ...(target === undefined ? {} : { target }),
    ...(file.mode === undefined ? {} : { mode: Number.parseInt(file.mode, 8) }),
    mtime: Date.parse(file.mtime ?? DEFAULT_MTIME) / 1000,
  };
}

function succeeded(step: string, record: BashTaskRecord, result: RunResult): void {
  if (result.exitCode === 0 && !result.timedOut) return;
  throw new SandboxError(
    'runner_fault',
    `The ${step} of task ${record.id} ended with status ${result.exitCode}: ${decodeText(result.output).trim()}`,
  );
}

/**
 * Bring a pristine sandbox into a task's start state, and mark it as the base of later diffs. The requests do not wait for each
 * other's answers. A task without files, setup and directory needs no request.
 * @returns time in the sandbox, in milliseconds
 * @throws {SandboxError} also if the task's setup fails
 */
export async function placeTask(sandbox: Sandbox, record: BashTaskRecord): Promise<number> {
  const { cwd = '/', setup, files = [] } = record;
  const directory = shellQuote(cwd);
  const enter = `cd -- ${directory} 2>/dev/null || { mkdir -p -- ${directory} && cd -- ${directory}; }`;
  const asked: Promise<unknown>[] = [];
  const runs: { readonly step: string; readonly result: Promise<RunResult> }[] = [];
  const run = (step: string, code: string) => {
    const result = sandbox.run({ ...PLACEMENT, code });
    asked.push(result);
    runs.push({ step, result });
  };
  if (files.length > 0) asked.push(sandbox.putFiles(files.map(fileEntry)));
  if (cwd !== '/') run('working directory', enter);
  if (setup !== undefined) {
    run('setup', setup);
    run('working directory', `cd -- ${directory}`);
  }
  if (asked.length === 0) return 0;
  asked.push(sandbox.mark());
  await Promise.all(asked);
  let durationMs = 0;
  for (const { step, result } of runs) {
    const done = await result;
    succeeded(step, record, done);
    durationMs += done.durationMs;
  }
  return durationMs;
}

/** The gold as one piece of code. */
export function goldCode(gold: BashTaskRecord['gold']): string {
  return typeof gold === 'string' ? gold : gold.join(';');
}

/**
 * Time limit of a gold command, in milliseconds. A client may give up waiting for a grade after a minute, as OpenEnv's
 * does.
 */
export const GOLD_TIMEOUT_MS = 45_000;

/** The mark of a task whose gold was still running at the deadline. */
export function neverEnds({ id }: BashTaskRecord): Ungradable {
  const seconds = GOLD_TIMEOUT_MS / 1000;
  return {
    kind: 'gold_never_ends',
    reason: `The gold command of task ${id} did not end within ${seconds} seconds.`,
  };
}
