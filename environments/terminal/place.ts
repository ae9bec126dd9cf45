import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { shellQuote } from '../bash/posix-words.ts';
import { decodeText } from '../output-text.ts';
import type { TerminalTask } from './task.ts';

/** Where the programs of a task run, and with which variables. */
export interface Place {
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
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
  { workdir, env }: Pick<TerminalTask, 'workdir' | 'env'>,
): Place {
  return { workdir: workdir ?? stored?.workdir ?? '/', env: { ...BASIC, ...stored?.env, ...env } };
}

/** Bring the session of a pristine sandbox into a place. @returns time in the sandbox, in milliseconds @throws {SandboxError} */
export async function enter(sandbox: Sandbox, { workdir, env }: Place): Promise<number> {
  const directory = shellQuote(workdir);
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  // A folder that is there needs no program of the image.
  const entering = `if [ -d ${directory} ]; then :; else mkdir -p -- ${directory}; fi && cd -- ${directory}`;
  const result = await sandbox.run({ ...ENTERING, code: [...variables, entering].join('\n') });
  if (result.exitCode === 0) return result.durationMs;
  throw new SandboxError(
    'runner_fault',
    `The working directory ${workdir} cannot be entered: ${decodeText(result.output).trim()}`,
  );
}
