import { ERRORS, type ProtocolError } from '../../protocol/errors.ts';
import type { Failure, FailureClass } from '../../protocol/failure.ts';

/** A failure as every front tells it. A trainer drops the sample: it says nothing about the agent. */
export interface ToldFailure {
  readonly class: FailureClass;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly mask_sample: true;
}

export function toldFailure({ class: kind, code, message, retryable }: Failure): ToldFailure {
  return { class: kind, code, message, retryable, mask_sample: true };
}

/** The failure behind the error of a reset; `undefined` if the request was wrong. */
export function failureOfReset({ error, fault, message }: ProtocolError): ToldFailure | undefined {
  if (fault === null) return undefined;
  return { class: fault, code: error, message, retryable: ERRORS[error].retryable, mask_sample: true };
}
