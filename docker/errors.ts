/** Why a sandbox operation failed. */
export type SandboxErrorCode =
  /** No sandbox became free before the queue deadline. */
  | 'capacity'
  /** The image does not exist on this engine. */
  | 'image_missing'
  /** The image store has no room for an image: the disk is full, or its cap cannot be kept with what is in use. */
  | 'no_space'
  /** A sandbox could not be started. */
  | 'start_failed'
  /** The image cannot be built from what it is defined by, e.g. a Dockerfile that fails. */
  | 'build_failed'
  /** The pool is shutting down. */
  | 'draining'
  /** The container or its runner is gone. */
  | 'died'
  /** The runner did not answer in time. */
  | 'unresponsive'
  /** The runner answered with a fault of its own. */
  | 'runner_fault'
  | 'path_not_found'
  /** The path is of the wrong kind, or may not be read or written. */
  | 'path_refused'
  | 'file_too_large'
  /** This engine or isolation cannot do it. */
  | 'not_supported'
  /** The agent has used up its resources: no process can be started beside its own, or no session on its files. */
  | 'exhausted';

/** A wait that ended without a sandbox: how long it was allowed to be, and the place in the queue at its end. */
export interface WaitFacts {
  readonly queueTimeoutMs: number;
  /** 1 was next. */
  readonly position: number;
  readonly expectedWaitMs: number | null;
}

/** A fault of a sandbox; never an agent's non-zero exit status. */
export class SandboxError extends Error {
  override readonly name = 'SandboxError';
  readonly code: SandboxErrorCode;
  /** Whether the action that was under way may have run. */
  readonly actionMayHaveRun: boolean;
  /** Of `capacity` after a wait in the queue. */
  readonly wait: WaitFacts | undefined;

  constructor(
    code: SandboxErrorCode,
    message: string,
    options: ErrorOptions & { actionMayHaveRun?: boolean; wait?: WaitFacts } = {},
  ) {
    super(message, options);
    this.code = code;
    this.wait = options.wait;
    this.actionMayHaveRun = options.actionMayHaveRun ?? false;
  }
}

/** The message of an error, or the thrown value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
