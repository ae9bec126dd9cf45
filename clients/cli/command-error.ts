import { ProtocolError } from '../../protocol/errors.ts';
import { RemoteError, StepwellError } from '../typescript/errors.ts';
import { EXIT } from './terminal.ts';

/** Why a command cannot do what was asked; its message names the flag, file or thing, and the remedy. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT.usage, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export interface Told {
  /** One line, or one for each refused parameter, without a stack trace. */
  readonly message: string;
  readonly exitCode: number;
}

/** Names of errors, of whatever program, that are the user's to mend. */
const USAGE_ERRORS = new Set(['ConfigError', 'DatasetError', 'ImportError']);

/** How an error is told to a person. */
export function tell(error: unknown): Told {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof RemoteError) {
    const fields = error.issues.map(({ field, message }) => `${field}: ${message}`);
    const what = fields.length > 0 ? fields.join('; ') : error.message;
    return { message: `${stop(what)} ${error.remedy}`, exitCode: EXIT.bad };
  }
  if (error instanceof ProtocolError) {
    return { message: `${stop(error.message)} ${error.data.remedy}`, exitCode: EXIT.bad };
  }
  if (error instanceof StepwellError) {
    return { message: `${stop(error.message)} ${error.remedy}`, exitCode: EXIT.bad };
  }
  if (error instanceof Error && USAGE_ERRORS.has(error.name)) {
    return { message: error.message, exitCode: EXIT.usage };
  }
  if (error instanceof Error) return { message: error.message || error.name, exitCode: EXIT.bad };
  return { message: String(error), exitCode: EXIT.bad };
}

function stop(sentence: string): string {
  return /[.!?:]$/.test(sentence) ? sentence : `${sentence}.`;
}
