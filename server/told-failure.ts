import { ERRORS, type ErrorName, type ProtocolError } from '../protocol/errors.ts';
import type { Failure, FailureClass } from '../protocol/failure.ts';

/** A failure as every front tells it. A trainer drops the sample: it says nothing about the agent. */
export interface ToldFailure {
  readonly class: FailureClass;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly mask_sample: true;
}

/** Errors of a reset that are faults of the infrastructure. All others are wrong requests. */
const RESET_FAULTS: Readonly<Partial<Record<ErrorName, FailureClass>>> = {
  capacity: 'capacity',
  sandbox_unavailable: 'sandbox',
  internal_error: 'server',
  shutting_down: 'server',
};

export function toldFailure({ class: kind, code, message, retryable }: Failure): ToldFailure {
  return { class: kind, code, message, retryable, mask_sample: true };
}

/** The failure behind the error of a reset; `undefined` if the request was wrong. */
export function failureOfReset({ error, message }: ProtocolError): ToldFailure | undefined {
  const kind = RESET_FAULTS[error];
  if (kind === undefined) return undefined;
  return { class: kind, code: error, message, retryable: ERRORS[error].retryable, mask_sample: true };
}
