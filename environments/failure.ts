import { SandboxError, type SandboxErrorCode } from '../docker/errors.ts';
import { type ErrorName, ProtocolError } from '../protocol/errors.ts';
import type { Failure, FailureClass } from '../protocol/failure.ts';

/** The failure or error that a client gets for a sandbox fault, in a step and in a reset. */
interface Row {
  readonly class: FailureClass;
  /** The failure's published code. */
  readonly code: string;
  readonly retryable: boolean;
  /** The error of a reset. */
  readonly reset: ErrorName;
}

/** Translates sandbox faults to failures and errors of the protocol. */
export const SANDBOX_FAILURES = {
  capacity: { class: 'capacity', code: 'capacity', retryable: true, reset: 'capacity' },
  draining: { class: 'server', code: 'shutting_down', retryable: true, reset: 'shutting_down' },
  image_missing: { class: 'sandbox', code: 'image_missing', retryable: false, reset: 'sandbox_unavailable' },
  no_space: { class: 'sandbox', code: 'image_store_full', retryable: true, reset: 'sandbox_unavailable' },
  start_failed: {
    class: 'sandbox',
    code: 'sandbox_start_failed',
    retryable: true,
    reset: 'sandbox_unavailable',
  },
  build_failed: { class: 'sandbox', code: 'image_build_failed', retryable: false, reset: 'image_failed' },
  died: { class: 'sandbox', code: 'sandbox_died', retryable: true, reset: 'sandbox_unavailable' },
  unresponsive: {
    class: 'sandbox',
    code: 'sandbox_unresponsive',
    retryable: true,
    reset: 'sandbox_unavailable',
  },
  runner_fault: { class: 'sandbox', code: 'sandbox_fault', retryable: true, reset: 'sandbox_unavailable' },
  path_not_found: {
    class: 'sandbox',
    code: 'path_not_found',
    retryable: false,
    reset: 'sandbox_unavailable',
  },
  path_refused: { class: 'sandbox', code: 'path_refused', retryable: false, reset: 'sandbox_unavailable' },
  file_too_large: {
    class: 'sandbox',
    code: 'file_too_large',
    retryable: false,
    reset: 'sandbox_unavailable',
  },
  exhausted: { class: 'sandbox', code: 'sandbox_exhausted', retryable: true, reset: 'sandbox_unavailable' },
  not_supported: { class: 'sandbox', code: 'not_supported', retryable: false, reset: 'unsupported' },
} as const satisfies Record<SandboxErrorCode, Row>;

/** The part of a step in which the fault happened: running the agent's code, or grading. */
export type FailurePhase = 'action' | 'grading';

/**
 * The failure for a fault inside a step. An error other than a `SandboxError` is a fault of the server, code `internal`. A
 * fault in grading has class `grading`, unless the cause is capacity or shutdown.
 *
 * @param acted whether code of this step ran to its end before the fault
 */
export function failureOf(error: unknown, phase: FailurePhase, acted: boolean): Failure {
  const grading = phase === 'grading';
  if (!(error instanceof SandboxError)) {
    return {
      class: grading ? 'grading' : 'server',
      code: 'internal',
      message: grading ? 'The reward could not be computed.' : 'Internal server error.',
      retryable: true,
      action_may_have_run: acted || !grading,
      mask_sample: true,
    };
  }
  const row: Row = SANDBOX_FAILURES[error.code];
  return {
    class: grading && row.class === 'sandbox' ? 'grading' : row.class,
    code: row.code,
    message: error.message,
    retryable: row.retryable,
    action_may_have_run: acted || (!grading && error.actionMayHaveRun),
    mask_sample: true,
  };
}

/** The error of a reset for a fault. Errors other than a `SandboxError` are returned unchanged. */
export function resetErrorOf(error: unknown): unknown {
  if (!(error instanceof SandboxError)) return error;
  const row: Row = SANDBOX_FAILURES[error.code];
  return new ProtocolError(row.reset, error.message, { sandbox_code: row.code, ...waitOf(error) }, row.class);
}

/** The facts of a wait that ended without a sandbox. */
function waitOf({ wait }: SandboxError): Record<string, unknown> {
  if (wait === undefined) return {};
  const { queueTimeoutMs, position, expectedWaitMs } = wait;
  return { queue_timeout_ms: queueTimeoutMs, position, expected_wait_ms: expectedWaitMs };
}
