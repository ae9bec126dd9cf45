import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { shellQuote } from '../bash/posix-words.ts';
import { decodeText } from '../output-text.ts';
import { started } from './start.ts';
import type { TerminalTask } from './task.ts';

/** Where the programs of a task run, and with which variables. */
export interface Place {
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** See `TerminalTask`. */
  readonly start?: string | undefined;
}

const BASIC = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};
const ENTERING = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

/** The place of a task, from the image that its sandbox shows and from its own settings. */
export function placeOf(
  { stored }: Pick<Sandbox, 'stored'>,
  { workdir, env, start }: Pick<TerminalTask, 'workdir' | 'env' | 'start'>,
): Place {
  const own = { ...BASIC, ...stored?.env, ...env };
  return { workdir: workdir ?? stored?.workdir ?? '/', env: own, start };
}

/** Bring a pristine sandbox and its session into a place. @returns time in the sandbox, in milliseconds @throws {SandboxError} */
export async function enter(sandbox: Sandbox, place: Place): Promise<number> {
  const { workdir, env } = place;
  const startedInMs = await started(sandbox, place);
  const directory = shellQuote(workdir);
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  // A folder that is there needs no program of the image.
  const entering = `if [ -d ${directory} ]; then :; else mkdir -p -- ${directory}; fi && cd -- ${directory}`;
  const result = await sandbox.run({ ...ENTERING, code: [...variables, entering].join('\n') });
  if (result.exitCode === 0) return startedInMs + result.durationMs;
  throw new SandboxError(
    'runner_fault',
    `The working directory ${workdir} cannot be entered: ${decodeText(result.output).trim()}`,
  );
}
