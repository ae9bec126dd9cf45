import { posixWords, shellQuote, UnbalancedQuotesError } from './posix-words.ts';
import { pythonStrip } from './python-text.ts';

/** InterCode's limit for one action, in milliseconds. */
export const INTERCODE_TIMEOUT_MS = 10_000;
export const TIMED_OUT = 'Command timed out';
export const MALFORMED = 'Malformed command';

/** What InterCode makes of an action. */
export type IntercodeCommand =
  | { readonly kind: 'malformed' }
  | {
      readonly kind: 'run';
      /** Program and arguments; the first two are always `/bin/bash -c`. */
      readonly argv: readonly string[];
      /** Where it runs. */
      readonly workdir: string;
      /** Working directory of later actions where this one ends with status 0, if it is a change of directory. */
      readonly nextWorkdir: string | null;
    };

const MALFORMED_COMMAND: IntercodeCommand = { kind: 'malformed' };

/**
 * InterCode puts the action between double quotes and takes the whole apart again, so that the action's own quotes end
 * and reopen the quotation.
 */
function bashWords(action: string): string[] | null {
  try {
    const words = posixWords(`/bin/bash -c "${pythonStrip(action)}"`);
    // No argument of a program can hold a NUL.
    return words.some((word) => word.includes('\0')) ? null : words;
  } catch (error) {
    if (error instanceof UnbalancedQuotesError) return null;
    throw error;
  }
}

/** Join `change` to `current`, with `.` and `..` resolved as text. */
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
 * Read an action as InterCode does. What starts with `cd` (also `cdrom`) is a change of directory to whatever follows
 * the first `cd ` in it, run in `/`.
 */
export function intercodeCommand(action: string, workdir: string): IntercodeCommand {
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

/** The gold command's line: a list is joined with `;`. It runs in `/`, and `cd` means nothing special. */
export function intercodeGold(gold: string | readonly string[], workdir: string): IntercodeCommand {
  const argv = bashWords(typeof gold === 'string' ? gold : gold.join(';'));
  return argv === null ? MALFORMED_COMMAND : { kind: 'run', argv, workdir, nextWorkdir: null };
}

/** Seconds that an engine waits after the end of a command for those that still hold its output. */
const LINGER_SECONDS = 2;

/**
 * Code for the session's own shell that runs a command as a container engine runs one in a container: a fresh process
 * with the image's environment, no standard input, in the given directory. What outlives the command (a process
 * substitution, a background job) may print until the engine would let go of its output.
 */
export function execCode(argv: readonly string[], workdir: string): string {
  const directory = shellQuote(workdir);
  const missing = shellQuote(
    `OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd (${JSON.stringify(workdir)}) ` +
      'set in config.json failed: no such file or directory: unknown\r\n',
  );
  return `
exec 7>&1
coproc __relay { exec cat 6>&1 1>&7 7>&-; }
__pid=$__relay_PID
exec {__in}>&"\${__relay[1]}" {__out}<&"\${__relay[0]}" {__relay[1]}>&- {__relay[0]}<&-
(
  cd -- ${directory} 2>/dev/null || { printf %s ${missing}; exit 126; }
  exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "HOSTNAME=$HOSTNAME" HOME=/root ${argv.map(shellQuote).join(' ')}
) </dev/null 1>&"$__in" 2>&1 7>&- {__in}>&- {__out}<&-
__status=$?
exec {__in}>&-
read -r -t ${LINGER_SECONDS} -u "$__out"
[ $? -le 128 ] || kill -PIPE "$__pid"
wait "$__pid"
exec {__out}<&- 7>&-
(exit "$__status")`;
}
