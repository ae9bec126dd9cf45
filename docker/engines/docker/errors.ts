import { messageOf, SandboxError } from '../../errors.ts';

/** Whether an engine refused with this HTTP status. */
export function isEngineStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}

/** What an error of the engine says, without the client's words about HTTP. */
export function engineMessageOf(error: unknown): string {
  return messageOf(error)
    .replace(/^\(HTTP code (\d+)\) .*? - /, '($1) ')
    .trim();
}

/** An engine's error as the port's own. */
export function translateEngineError(error: unknown, doing: string): SandboxError {
  if (error instanceof SandboxError) return error;
  return new SandboxError('start_failed', `${doing} failed: ${engineMessageOf(error)}`, { cause: error });
}
