import { messageOf, SandboxError } from '../../errors.ts';
import { EngineEventError } from './build-events.ts';

/** A registry that has no such image. */
const UNKNOWN =
  /manifest unknown|manifest for .* not found|invalid reference format|repository name must be/i;
/** A registry that does not answer, or not to us. */
const UNREACHED =
  /no such host|connection refused|i\/o timeout|network is unreachable|tls handshake|context deadline|toomanyrequests|access denied|requested access|unauthorized|server misbehaving|temporary failure in name|proxyconnect|request canceled|\bEOF\b/i;
/** What the engine's machine lacks. */
const MACHINE =
  /no space left|quota exceeded|read-only file system|cannot allocate memory|layer does not exist/i;

/** What a person can do about a base image that cannot be pulled. */
function remedy(name: string): string {
  return `give an image that the engine has in its place with --base ${name}=<image>`;
}

/** The fault of an image that cannot be pulled. */
export function pullFault(reference: string, cause: unknown): SandboxError {
  const code = UNKNOWN.test(messageOf(cause)) ? 'build_failed' : 'start_failed';
  const message = `Image ${reference} could not be pulled: ${messageOf(cause)}; ${remedy(reference)}`;
  return new SandboxError(code, message, { cause });
}

/**
 * The fault of a Dockerfile's build: `build_failed` if the Dockerfile is to blame, `start_failed` if its engine, a registry or the disk
 * is, so that another try may succeed.
 * @param error of the engine
 */
export function dockerfileFault(folder: string, error: unknown): SandboxError {
  const message = `The Dockerfile in ${folder} failed: ${messageOf(error)}`;
  const reason = error instanceof EngineEventError ? error.reason : messageOf(error);
  // The engine's words about a script that failed, whatever the script printed.
  const isScript = /returned a non-zero code: \d+\s*$/.test(reason);
  if (!isScript && (UNKNOWN.test(reason) || UNREACHED.test(reason))) {
    const code = UNKNOWN.test(reason) ? 'build_failed' : 'start_failed';
    return new SandboxError(code, `${message}; ${remedy('<name in FROM>')}`, { cause: error });
  }
  const isDockerfile = error instanceof EngineEventError ? !MACHINE.test(reason) : statusOf(error) === 400;
  return new SandboxError(isScript || isDockerfile ? 'build_failed' : 'start_failed', message, {
    cause: error,
  });
}

/** The fault of a Dockerfile that takes longer than its task allows. */
export function lateFault(folder: string, seconds: number | undefined, cause: unknown): SandboxError {
  const message = `The Dockerfile in ${folder} was not built within ${seconds} seconds.`;
  return new SandboxError('build_failed', message, { cause });
}

/** The engine's HTTP status. */
function statusOf(error: unknown): unknown {
  return error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
}
