import { StepwellError } from '../errors.ts';

/** No server took the call: each is unreachable, shuts down, or was excluded. The message says it of each. */
export class NoServerError extends StepwellError {
  readonly retryable = true;
  readonly remedy = 'Check the addresses, and that the servers run there.';
}

/** Two servers differ in a dataset or an image, so that the same reset would mean another episode. The message names both. */
export class ServersDifferError extends StepwellError {
  readonly retryable = false;
  readonly remedy =
    'Give all servers the same datasets and images, or connect with `differences: "accept"` if the difference does not matter.';
}
