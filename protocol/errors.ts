import type { FailureClass } from './failure.ts';

/** One row of the published error table. */
export interface ErrorEntry {
  /** JSON-RPC error code. */
  readonly code: number;
  readonly meaning: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly remedy: string;
}

/** Every error with which the server answers a request to `/v1`. The README's table is generated from it. */
export const ERRORS = {
  parse_error: {
    code: -32700,
    meaning: 'The frame is not JSON.',
    retryable: false,
    remedy: 'Send one JSON-RPC 2.0 object, or an array of objects, as UTF-8 text.',
  },
  invalid_request: {
    code: -32600,
    meaning:
      'The frame is JSON but not a JSON-RPC 2.0 request, nests deeper than 64 levels, or has more than 32,768 values.',
    retryable: false,
    remedy: 'Send "jsonrpc": "2.0", an "id" and a "method", in flat and small objects.',
  },
  method_not_found: {
    code: -32601,
    meaning: 'The method does not exist.',
    retryable: false,
    remedy: 'Use a method of `protocol/README.md`.',
  },
  invalid_params: {
    code: -32602,
    meaning: 'A parameter is missing, unknown or invalid; `data.issues` names each field.',
    retryable: false,
    remedy: 'Correct the fields in `data.issues`.',
  },
  internal_error: {
    code: -32603,
    meaning: 'An internal fault of the server.',
    retryable: true,
    remedy: 'Try again; if it happens again, report it with the server log.',
  },
  unauthorized: {
    code: -32001,
    meaning: 'The token is missing or wrong.',
    retryable: false,
    remedy: 'Send the server token as `Authorization: Bearer …` or in `initialize`.',
  },
  version_mismatch: {
    code: -32002,
    meaning: 'Client and server speak different protocol versions.',
    retryable: false,
    remedy: 'Use a client of the version named in `data`.',
  },
  environment_not_found: {
    code: -32010,
    meaning: 'No environment has this id.',
    retryable: false,
    remedy: 'Use an id from `environments/list`.',
  },
  dataset_not_found: {
    code: -32011,
    meaning: 'The environment has no dataset with this name.',
    retryable: false,
    remedy: 'Use a name from `environments/list`, or import the dataset and reload the datasets.',
  },
  task_not_found: {
    code: -32012,
    meaning: 'The dataset has no task with this id or index.',
    retryable: false,
    remedy: 'Use an id from `tasks/list`.',
  },
  task_ungradable: {
    code: -32013,
    meaning: 'The task cannot be graded: no episode of it would get a reward. `data.kind` says why.',
    retryable: false,
    remedy: 'Choose another task, or play it ungraded with `include_ungradable`.',
  },
  trajectory_not_found: {
    code: -32014,
    meaning: 'No trajectory has this path or episode id, or its file cannot be read.',
    retryable: false,
    remedy: 'Use a path from `trajectories/list`; a server with `--trajectories none` has none.',
  },
  dataset_invalid: {
    code: -32015,
    meaning:
      'A dataset cannot be loaded; `data` has `file`, `line`, `field` and `reason`. The datasets are as before.',
    retryable: false,
    remedy: 'Correct the file, then reload again.',
  },
  episode_not_found: {
    code: -32020,
    meaning: 'No episode with this id is open on this connection.',
    retryable: false,
    remedy: 'Reset first, and use the `episode_id` that reset returned.',
  },
  episode_exists: {
    code: -32021,
    meaning: 'An open episode has this id already.',
    retryable: false,
    remedy: 'Choose another `episode_id`, or leave it out.',
  },
  episode_over: {
    code: -32022,
    meaning: 'The episode has ended and accepts no more steps.',
    retryable: false,
    remedy: 'Reset to begin another episode.',
  },
  step_out_of_order: {
    code: -32023,
    meaning: 'The step number is too high, or the server no longer stores the result of that step.',
    retryable: false,
    remedy: 'Send the number in `data.expected`.',
  },
  step_mismatch: {
    code: -32024,
    meaning: 'The server has already made the step with this number, with another action.',
    retryable: false,
    remedy:
      'Send a new action with the number in `data.expected`, or the first action again to get its result.',
  },
  unsupported: {
    code: -32030,
    meaning: 'The environment does not support this option or action.',
    retryable: false,
    remedy: 'See the environment README for what it supports.',
  },
  capacity: {
    code: -32040,
    meaning: 'No sandbox or episode slot became free before the queue deadline.',
    retryable: true,
    remedy:
      'Wait and try again, close episodes, or raise the pool maximum. An undo needs a second sandbox beside that of its episode.',
  },
  sandbox_unavailable: {
    code: -32041,
    meaning: 'A sandbox could not be started or failed during reset.',
    retryable: true,
    remedy: 'Try again; `stepwell doctor` says what the machine lacks.',
  },
  image_failed: {
    code: -32043,
    meaning:
      'The image of the task cannot be built: its Dockerfile or what it is made from is at fault. The message has the last lines of the builder.',
    retryable: false,
    remedy: 'Correct the Dockerfile, or choose another task.',
  },
  answer_too_large: {
    code: -32042,
    meaning: 'The answers of a batch would take too much memory; those that do not fit are left out.',
    retryable: true,
    remedy:
      'Send the request again by itself; for a step that was made, send its number again to get its result.',
  },
  shutting_down: {
    code: -32050,
    meaning: 'The server is shutting down and accepts no new requests.',
    retryable: true,
    remedy: 'Connect again once it is back.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorName = keyof typeof ERRORS;

/** Errors that are faults of the infrastructure: a trainer leaves the sample out. All others are wrong requests. */
const FAULTS: Readonly<Partial<Record<ErrorName, FailureClass>>> = {
  internal_error: 'server',
  capacity: 'capacity',
  sandbox_unavailable: 'sandbox',
  image_failed: 'sandbox',
  shutting_down: 'server',
};

/** `data` of a JSON-RPC error; some errors add fields. */
export interface ErrorData {
  readonly name: ErrorName;
  readonly retryable: boolean;
  readonly remedy: string;
  /** `true` if the infrastructure is to blame; `false` if it usually is, but not this time. @default not to blame */
  readonly mask_sample?: boolean;
  readonly [detail: string]: unknown;
}

/** An error of the table. The client receives it as a JSON-RPC error. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly error: ErrorName;
  readonly details: Readonly<Record<string, unknown>>;
  /** What kind of fault it is; `null` if the request was wrong. */
  readonly fault: FailureClass | null;

  /** @param fault @default what the error usually means */
  constructor(
    error: ErrorName,
    message: string,
    details: Record<string, unknown> = {},
    fault: FailureClass | null = FAULTS[error] ?? null,
  ) {
    super(message);
    this.error = error;
    this.details = details;
    this.fault = fault;
  }

  get code(): number {
    return ERRORS[this.error].code;
  }

  get data(): ErrorData {
    const { retryable, remedy } = ERRORS[this.error];
    const mask_sample = this.fault !== null;
    const told = mask_sample || this.error in FAULTS ? { mask_sample } : {};
    return { ...this.details, name: this.error, retryable, remedy, ...told };
  }
}
