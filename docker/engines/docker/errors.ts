import { SandboxError } from '../../errors.ts';

/** Whether an engine refused with this HTTP status. */
export function isEngineStatus(error: unknown, status: number): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === status;
}

export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code (\d+)\) .*? - /, '($1) ').trim();
}

/** An engine's error as the port's own. */
export function translateEngineError(error: unknown, doing: string): SandboxError {
  if (error instanceof SandboxError) return error;
  return new SandboxError('start_failed', `${doing} failed: ${messageOf(error)}`, { cause: error });
}
