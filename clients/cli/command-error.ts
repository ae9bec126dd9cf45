import { type ErrorName, ProtocolError } from '../../protocol/errors.ts';
import { ConnectError } from '../typescript/call-errors.ts';
import { RemoteError, StepwellError } from '../typescript/errors.ts';
import { EXIT } from './terminal.ts';

/** Why a command fails. The message names the flag or file, and the remedy. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** A failure, for a person. */
export interface Report {
  /** One line, or one for each refused parameter, without a stack trace. */
  readonly message: string;
  readonly exitCode: number;
}

/** Remedies for a person at the command line. Those of the protocol name its methods. */
const REMEDIES: Partial<Record<ErrorName | 'unknown', (data: Details) => string>> = {
  invalid_params: () => 'Correct these values.',
  environment_not_found: () => '`stepwell tasks datasets` lists the environments.',
  dataset_not_found: () => '`stepwell tasks datasets` lists those there are; `stepwell import` adds more.',
  unauthorized: () => 'Give it with --token or STEPWELL_TOKEN.',
  task_not_found: (data) => `${listCommand(data)} lists those there are.`,
};

type Details = Readonly<Record<string, unknown>>;

/** The command that lists the tasks of a dataset, in backquotes. */
export function listCommand({ environment, dataset }: Details): string {
  const flags = Object.entries({ environment, dataset }).filter(([, name]) => typeof name === 'string');
  return `\`${['stepwell tasks list', ...flags.map(([flag, name]) => `--${flag} ${name}`)].join(' ')}\``;
}

const UNKNOWN_HOST: Report = {
  message: '--host: no address is known for this name: use 127.0.0.1, or an address of this machine',
  exitCode: EXIT.usage,
};

/**
 * Message and exit status for each error code of `listen`. A port in use is not a wrong argument: the same command may work
 * later.
 */
const LISTEN_ERRORS: Readonly<Record<string, Report>> = {
  EADDRINUSE: {
    message: '--port: another program listens there: stop it, or name another port',
    exitCode: EXIT.bad,
  },
  EADDRNOTAVAIL: {
    message: '--host: this machine has no such address: use 127.0.0.1, or one of its own',
    exitCode: EXIT.usage,
  },
  EACCES: {
    message: '--port: this user may not listen there: name a port above 1023',
    exitCode: EXIT.usage,
  },
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
};

/** System calls of a server that begins to listen: one looks up its host. */
const LISTEN_CALLS: ReadonlySet<unknown> = new Set(['listen', 'getaddrinfo']);

/** Answers of a server that say that an argument is wrong: nothing was begun. */
const WRONG_ARGUMENTS: ReadonlySet<ErrorName | 'unknown'> = new Set<ErrorName>([
  'invalid_params',
  'environment_not_found',
  'dataset_not_found',
  'dataset_invalid',
  'task_not_found',
  'unauthorized',
]);

/** Why a file that the user names cannot be used, by the code of the system's error. */
const FILE_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not use it',
  EISDIR: 'it is a folder',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is a file',
  EPERM: 'this user may not use it',
  EROFS: 'it cannot be written',
};

/** Names of errors, of any layer, that the user can correct: their messages name the file or the flag. */
const USAGE_ERRORS = new Set([
  'CheatError',
  'ConfigError',
  'DatasetError',
  'DefinitionError',
  'SamplesError',
  'TrajectoryError',
]);

/** What a person reads of an error. */
export function reportOf(error: unknown): Report {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof RemoteError) {
    const fields = error.issues.map(({ field, message }) => `${field}: ${message}`);
    const what = fields.length > 0 ? fields.join('; ') : error.message;
    return {
      message: `${stop(what)} ${REMEDIES[error.error]?.(error.details) ?? error.remedy}`,
      exitCode: exitCodeOf(error.error),
    };
  }
  if (error instanceof ProtocolError) {
    const remedy = REMEDIES[error.error]?.(error.data) ?? error.data.remedy;
    return { message: `${stop(error.message)} ${remedy}`, exitCode: exitCodeOf(error.error) };
  }
  if (error instanceof ConnectError && error.status === null && !error.retryable) {
    return { message: `--url: ${error.message}`, exitCode: EXIT.usage };
  }
  if (error instanceof StepwellError) {
    return { message: `${stop(error.message)} ${error.remedy}`, exitCode: EXIT.bad };
  }
  if (error instanceof Error && USAGE_ERRORS.has(error.name)) {
    return { message: error.message, exitCode: EXIT.usage };
  }
  const file = fileError(error);
  if (file !== undefined) return { message: file, exitCode: EXIT.usage };
  const listening = listenError(error);
  if (listening !== undefined) return listening;
  if (error instanceof Error) return { message: error.message || error.name, exitCode: EXIT.bad };
  return { message: String(error), exitCode: EXIT.bad };
}

function exitCodeOf(error: ErrorName | 'unknown'): number {
  return WRONG_ARGUMENTS.has(error) ? EXIT.usage : EXIT.bad;
}

/** A file that the system refuses, with the reason. */
function fileError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('path' in error) || !('code' in error)) return undefined;
  // Node.js reports a program that it cannot start with a path too. The user did not name that path.
  if ('syscall' in error && String(error.syscall).startsWith('spawn')) return undefined;
  const reason = FILE_ERRORS[String(error.code)];
  return reason === undefined ? undefined : `${error.path}: ${reason}`;
}

function stop(sentence: string): string {
  return /[.!?:]$/.test(sentence) ? sentence : `${sentence}.`;
}

function listenError(error: unknown): Report | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !LISTEN_CALLS.has(error.syscall))
    return undefined;
  return 'code' in error ? LISTEN_ERRORS[String(error.code)] : undefined;
}
