import { messageOf, SandboxError } from '../../errors.ts';

/** Whether the engine answered with this HTTP status. */
export function isEngineStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}

/** The message of an engine's error, without the client's prefix about HTTP. */
export function engineMessageOf(error: unknown): string {
  return messageOf(error)
    .replace(/^\(HTTP code (\d+)\) .*? - /, '($1) ')
    .trim();
}

/** An engine's error as a `SandboxError`. */
export function translateEngineError(error: unknown, doing: string): SandboxError {
  if (error instanceof SandboxError) return error;
  return new SandboxError('start_failed', `${doing} failed: ${engineMessageOf(error)}`, { cause: error });
}
