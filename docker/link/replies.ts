/** Schemas of what the runner sends. Here its JSON becomes typed values and its codes become errors. */
import { z } from 'zod';
import { SandboxError, type SandboxErrorCode } from '../errors.ts';
import type { FrameHeader } from './frames.ts';

const FileTypeName = z.enum(['file', 'directory', 'symlink', 'fifo', 'socket', 'other']);

/** First frame of a runner. */
export const Hello = z.object({
  event: z.literal('hello'),
  version: z.literal(1),
  isolation: z.enum(['layer', 'replace']),
  session: z.enum(['bash', 'python']),
});
export type Hello = z.infer<typeof Hello>;

/** Reply to `run`, `exec` and `inspect`; the payload is the output, and fields with their usual value are left out. */
export const RunReply = z.object({
  exit_code: z.int().nullable(),
  timeout: z.enum(['deadline', 'idle']).nullable().default(null),
  truncated_bytes: z.int().min(0).default(0),
  truncated_at: z.int().min(-1).default(-1),
  sha256: z.string().nullable().default(null),
  cwd: z.string(),
  restarted: z.boolean().default(false),
  duration_us: z.number().min(0),
});

/** Reply to `list`. */
/** Reply to `become`. */
export const BecomeReply = z.object({ home: z.string() });

export const ListReply = z.object({
  files: z.array(
    z.object({ name: z.string(), type: FileTypeName, mode: z.int(), size: z.number(), mtime: z.number() }),
  ),
});

/** Reply to `diff`. */
export const DiffReply = z.object({
  changes: z.array(
    z.object({
      path: z.string(),
      kind: z.enum(['added', 'modified', 'deleted', 'type_changed', 'mode_changed', 'attributes_changed']),
      type: FileTypeName,
      mode: z.int(),
      uid: z.int().nullable(),
      gid: z.int().nullable(),
      size: z.number(),
      sha256: z.string().nullable(),
      device: z.string().nullable(),
      attributes: z.string().nullable(),
      link: z.string().nullable(),
    }),
  ),
  exceeded: z.enum(['files', 'bytes', 'time', 'unstable']).nullable(),
});

/** Reply to `checksums`. */
export const ChecksumsReply = z.object({ sums: z.array(z.string().nullable()) });

/** Reply to `snapshot`; the payload is the state, empty if it cannot be copied. */
export const SnapshotReply = z.object({ reasons: z.array(z.string()), processes: z.int().min(0) });

/** The runner's error codes that are answers to the request; every other code is a fault of the runner. */
const ANSWERS: ReadonlySet<string> = new Set<SandboxErrorCode>([
  'image_missing',
  'path_not_found',
  'path_refused',
  'file_too_large',
  'not_supported',
  'exhausted',
]);

/** The `SandboxError` code for a code of the runner. */
export function sandboxCode(runnerCode: unknown): SandboxErrorCode {
  // The lease has ended, and the sandbox is being reset.
  if (runnerCode === 'abandoned') return 'died';
  return typeof runnerCode === 'string' && ANSWERS.has(runnerCode)
    ? (runnerCode as SandboxErrorCode)
    : 'runner_fault';
}

/** The error that a reply is. @param runsCode whether the request ran an agent's code */
export function replyError({ code: runnerCode, message }: FrameHeader, runsCode: boolean): SandboxError {
  const code = sandboxCode(runnerCode);
  const said = typeof message === 'string' ? message : 'The runner gave no reason.';
  return new SandboxError(code, said, {
    actionMayHaveRun: runsCode && (code === 'runner_fault' || code === 'died'),
  });
}
