import { ERRORS, type ErrorName } from '../../protocol/errors.ts';

/** Every error that the client throws is one of these. */
export abstract class StepwellError extends Error {
  /** Whether the same call may succeed later, unchanged. */
  abstract readonly retryable: boolean;
  /** What to do about it, in one sentence. */
  abstract readonly remedy: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A parameter that the server refused. */
export interface Issue {
  /** Where in the params, e.g. `action.timeout_ms`; empty for the whole. */
  readonly field: string;
  /** Kind of the fault, e.g. `too_big`. */
  readonly code: string;
  readonly message: string;
}

/** A JSON-RPC error object as it crosses the wire. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * The server answered with an error. Each entry of the protocol's error table has a subclass of its own; a code
 * that this client does not know yet stays a plain `RemoteError` with `error: 'unknown'`.
 */
export class RemoteError extends StepwellError {
  /** JSON-RPC error code, e.g. -32022. */
  readonly code: number;
  /** Its name in the error table, e.g. `episode_over`. */
  readonly error: ErrorName | 'unknown';
  readonly retryable: boolean;
  readonly remedy: string;
  /** Fields that were refused; empty unless `error` is `invalid_params`. */
  readonly issues: readonly Issue[];
  /** All of the error's `data`, e.g. `expected` for `step_out_of_order`. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(wire: WireError, error: ErrorName | 'unknown') {
    super(wire.message);
    const data = isRecord(wire.data) ? wire.data : {};
    const entry = error === 'unknown' ? undefined : ERRORS[error];
    this.code = wire.code;
    this.error = error;
    this.retryable = typeof data.retryable === 'boolean' ? data.retryable : (entry?.retryable ?? false);
    this.remedy = typeof data.remedy === 'string' ? data.remedy : (entry?.remedy ?? 'Update the client.');
    this.issues = issuesOf(data.issues);
    this.details = data;
  }
}

export class ParseError extends RemoteError {}
export class InvalidRequestError extends RemoteError {}
export class MethodNotFoundError extends RemoteError {}
export class InvalidParamsError extends RemoteError {}
export class InternalError extends RemoteError {}
export class UnauthorizedError extends RemoteError {}
export class VersionMismatchError extends RemoteError {}
export class EnvironmentNotFoundError extends RemoteError {}
export class DatasetNotFoundError extends RemoteError {}
export class TaskNotFoundError extends RemoteError {}
export class TaskUngradableError extends RemoteError {}
export class TrajectoryNotFoundError extends RemoteError {}
export class DatasetInvalidError extends RemoteError {}
export class EpisodeNotFoundError extends RemoteError {}
export class EpisodeExistsError extends RemoteError {}
export class EpisodeOverError extends RemoteError {}
export class StepOutOfOrderError extends RemoteError {}
export class StepMismatchError extends RemoteError {}
export class UnsupportedError extends RemoteError {}
export class CapacityError extends RemoteError {}
export class SandboxUnavailableError extends RemoteError {}
export class ImageFailedError extends RemoteError {}
export class AnswerTooLargeError extends RemoteError {}
export class ShuttingDownError extends RemoteError {}

/** The class of each entry of the protocol's error table. */
export const REMOTE_ERRORS = {
  parse_error: ParseError,
  invalid_request: InvalidRequestError,
  method_not_found: MethodNotFoundError,
  invalid_params: InvalidParamsError,
  internal_error: InternalError,
  unauthorized: UnauthorizedError,
  version_mismatch: VersionMismatchError,
  environment_not_found: EnvironmentNotFoundError,
  dataset_not_found: DatasetNotFoundError,
  task_not_found: TaskNotFoundError,
  task_ungradable: TaskUngradableError,
  trajectory_not_found: TrajectoryNotFoundError,
  dataset_invalid: DatasetInvalidError,
  episode_not_found: EpisodeNotFoundError,
  episode_exists: EpisodeExistsError,
  episode_over: EpisodeOverError,
  step_out_of_order: StepOutOfOrderError,
  step_mismatch: StepMismatchError,
  unsupported: UnsupportedError,
  capacity: CapacityError,
  sandbox_unavailable: SandboxUnavailableError,
  image_failed: ImageFailedError,
  answer_too_large: AnswerTooLargeError,
  shutting_down: ShuttingDownError,
} as const satisfies Record<ErrorName, typeof RemoteError>;

const NAMES = new Map<number, ErrorName>(
  (Object.keys(ERRORS) as ErrorName[]).map((name) => [ERRORS[name].code, name]),
);

/** The error class for what the server answered. */
export function remoteError(wire: WireError): RemoteError {
  const name = NAMES.get(wire.code);
  return name === undefined ? new RemoteError(wire, 'unknown') : new REMOTE_ERRORS[name](wire, name);
}

function issuesOf(value: unknown): Issue[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map(({ field, code, message }) => ({
    field: String(field ?? ''),
    code: String(code ?? 'invalid'),
    message: String(message ?? ''),
  }));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
