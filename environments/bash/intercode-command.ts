import type { ExecRequest } from '../../docker/sandbox.ts';
import { pythonStrip } from '../intercode-text.ts';
import { posixWords, UnbalancedQuotesError } from './posix-words.ts';

/** InterCode's limit for one action, in milliseconds. */
export const INTERCODE_TIMEOUT_MS = 10_000;
export const TIMED_OUT = 'Command timed out';
export const MALFORMED = 'Malformed command';
/** The runner's message for arguments that are too long for the kernel. */
export const TOO_LONG = "OSError: [Errno 7] Argument list too long: '/bin/bash'\n";
export const TOO_LONG_STATUS = 127;

/**
 * Maximum length of a parsed action, in UTF-16 code units. The kernel accepts less for all arguments of a program (a quarter
 * of the stack's 8 MiB).
 */
const LONGEST_ACTION = 2 * 1024 * 1024;

/** An action as InterCode runs it. */
export type IntercodeCommand =
  | { readonly kind: 'malformed' }
  | { readonly kind: 'too_long' }
  | {
      readonly kind: 'run';
      /** Program and arguments; the first two are always `/bin/bash -c`. */
      readonly argv: readonly string[];
      /** Where it runs. */
      readonly workdir: string;
      /** For a change of directory: the working directory of later actions, if this one ends with status 0. */
      readonly nextWorkdir: string | null;
    };

const MALFORMED_COMMAND = { kind: 'malformed' } as const;

/**
 * InterCode puts the action between double quotes and splits the result again, so the action's own quotes end and reopen
 * the quotation.
 */
function bashWords(action: string): string[] | null {
  try {
    const words = posixWords(`/bin/bash -c "${pythonStrip(action)}"`);
    // An argument of a program cannot contain NUL.
    return words.some((word) => word.includes('\0')) ? null : words;
  } catch (error) {
    if (error instanceof UnbalancedQuotesError) return null;
    throw error;
  }
}

/** Join `change` to `current`; `.` and `..` are resolved as text. */
export function resolveDirectory(current: string, change: string): string {
  if (change === '') return current;
  const segments: string[] = [];
  for (const segment of (change.startsWith('/') ? change : `${current}/${change}`).split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/**
 * Read an action as InterCode does. An action that starts with `cd` (also `cdrom`) changes the directory to whatever follows
 * the first `cd ` in it, and runs in `/`.
 */
export function intercodeCommand(action: string, workdir: string): IntercodeCommand {
  if (action.length > LONGEST_ACTION && pythonStrip(action).length > LONGEST_ACTION)
    return { kind: 'too_long' };
  let code = action;
  let nextWorkdir: string | null = null;
  if (action.startsWith('cd')) {
    const at = action.indexOf('cd ');
    if (at < 0) return MALFORMED_COMMAND;
    nextWorkdir = resolveDirectory(workdir, pythonStrip(action.slice(at + 'cd '.length)));
    code = `cd ${nextWorkdir}`;
  }
  const argv = bashWords(code);
  if (argv === null) return MALFORMED_COMMAND;
  return { kind: 'run', argv, workdir: nextWorkdir === null ? workdir : '/', nextWorkdir };
}

/** The gold command's line: a list is joined with `;`. It runs in `/`, and `cd` is not special. */
export function intercodeGold(
  gold: string | readonly string[],
  workdir: string,
): Exclude<IntercodeCommand, { kind: 'too_long' }> {
  const argv = bashWords(typeof gold === 'string' ? gold : gold.join(';'));
  return argv === null ? MALFORMED_COMMAND : { kind: 'run', argv, workdir, nextWorkdir: null };
}

/** Time that a container engine waits after a command's end for processes that keep its output open, in milliseconds. */
const LINGER_MS = 2_000;

/** Bytes of output that the reward uses. InterCode has no limit, but other episodes wait while words are counted. */
const GRADED_OUTPUT_BYTES = 2 * 1024 * 1024;

/** Enters a directory and becomes the command, or prints a container engine's message. */
const ENTER = 'cd -- "$1" 2>/dev/null || { printf %s "$2"; exit 126; }; unset OLDPWD; shift 2; exec "$@"';

/** The environment of a program that `docker exec` runs on these images. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOSTNAME: 'stepwell',
  HOME: '/root',
};

/** A command as `docker exec` runs it: a fresh process with the image's environment and no standard input. */
export function execRequest(argv: readonly string[], workdir: string, timeoutMs: number): ExecRequest {
  const missing =
    `OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd (${JSON.stringify(workdir)}) ` +
    'set in config.json failed: no such file or directory: unknown\r\n';
  return {
    argv: ['/bin/bash', '-c', ENTER, '/bin/bash', workdir, missing, ...argv],
    cwd: '/',
    env: ENVIRONMENT,
    timeoutMs,
    maxOutputBytes: GRADED_OUTPUT_BYTES,
    lingerMs: LINGER_MS,
  };
}
