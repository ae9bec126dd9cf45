import { SandboxError } from '../../docker/errors.ts';
import type { ExecRequest, LowerLimits, Sandbox } from '../../docker/sandbox.ts';
import { shellQuote } from '../bash/posix-words.ts';
import type { SandboxRoom } from '../environment.ts';
import { decodeText } from '../output-text.ts';
import { isApart, lowerLimits } from './room.ts';
import type { TerminalTask } from './task.ts';

/** Where the programs of a task run, with which variables, and as whom. */
export interface Place {
  readonly workdir: string;
  /** `HOME` is only there if the image or the task sets it. */
  readonly env: Readonly<Record<string, string>>;
  /** The agent's user, as `Sandbox.become` takes it. */
  readonly user: string;
  /** Limits below those of its sandboxes. */
  readonly limits: LowerLimits | null;
  /** Whether the agent must have none of the sandbox's network. */
  readonly isApart: boolean;
  /** What sandboxes have. */
  readonly room: SandboxRoom | undefined;
}

/** A place that a session has entered. */
export interface EnteredPlace extends Place {
  /** The agent's home. */
  readonly home: string;
}

const BASIC = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};
const ROOT_HOME = '/root';
const ENTERING = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

/** The place of a task, from the image that its sandbox shows and from its own settings. */
export function placeOf(
  { stored }: Pick<Sandbox, 'stored'>,
  task: Pick<TerminalTask, 'workdir' | 'env' | 'agent_user' | 'limits' | 'has_network'>,
  room: SandboxRoom | undefined,
): Place {
  const { workdir, env, agent_user: user } = task;
  return {
    limits: lowerLimits(task, room),
    isApart: isApart(task.has_network, room),
    room,
    workdir: workdir ?? stored?.workdir ?? '/',
    env: { ...BASIC, ...stored?.env, ...env },
    user: user ?? stored?.user ?? 'root',
  };
}

/** Whether a user, as a task or an image names it, is root. */
export function isRoot(user: string): boolean {
  return /^(root|0)(:|$)/.test(user);
}

/** What `Sandbox.exec` gets to run a program as a user in its own home. */
export function runAs(
  user: string,
  env: Readonly<Record<string, string>>,
): Pick<ExecRequest, 'user' | 'env'> {
  return isRoot(user) ? { env: { HOME: ROOT_HOME, ...env } } : { user, env };
}

/**
 * Bring the session of a pristine sandbox into a place.
 * @returns the place, and the time in the sandbox in milliseconds
 * @throws {SandboxError} `not_supported` if the image has no such user
 */
export async function enter(
  sandbox: Sandbox,
  place: Place,
): Promise<{ readonly place: EnteredPlace; readonly durationMs: number }> {
  const { workdir, env, user, limits } = place;
  let home = ROOT_HOME;
  if (limits !== null) await sandbox.limit(limits);
  if (!isRoot(user) || place.isApart) {
    home = await sandbox.become({ user, ...(place.isApart ? { network: 'none' } : {}) });
    // Root's, as a container engine makes it.
    await sandbox.putFiles([{ path: workdir, type: 'directory' }]);
  }
  const directory = shellQuote(workdir);
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  // A folder that is there needs no program of the image.
  const entering = `if [ -d ${directory} ]; then :; else mkdir -p -- ${directory}; fi && cd -- ${directory}`;
  const result = await sandbox.run({ ...ENTERING, code: [...variables, entering].join('\n') });
  if (result.exitCode === 0) {
    return { place: { ...place, home: env.HOME ?? home }, durationMs: result.durationMs };
  }
  throw new SandboxError(
    'runner_fault',
    `The working directory ${workdir} cannot be entered: ${decodeText(result.output).trim()}`,
  );
}
