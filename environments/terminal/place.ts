import { z } from 'zod';
import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { shellQuote } from '../bash/posix-words.ts';
import { decodeText } from '../output-text.ts';
import { SETTINGS_FILE } from './images.ts';
import { started } from './start.ts';
import type { TerminalTask } from './task.ts';

/** Where the programs of a task run, and with which variables. */
export interface Place {
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** See `TerminalTask`. */
  readonly start?: string | undefined;
}

const Settings = z.object({ env: z.array(z.string()), workdir: z.string() });

const BASIC = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};
/** Variables of an image that are not for the programs of a task. */
const OWN = /^(STEPWELL_\w+|HOSTNAME)$/;
const ENTERING = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

/** The place of a task, from its image and its own settings. @param sandbox pristine @throws {SandboxError} */
export async function placeOf(
  sandbox: Sandbox,
  { image, workdir, env, start }: Pick<TerminalTask, 'image' | 'workdir' | 'env' | 'start'>,
): Promise<Place> {
  if (image === null) return { workdir: workdir ?? '/', env: { ...BASIC, ...env }, start };
  const settings = Settings.parse(JSON.parse(decodeText(await sandbox.getFile(SETTINGS_FILE))));
  const given = settings.env.map((entry): [string, string] => {
    const at = entry.indexOf('=');
    return [entry.slice(0, at), entry.slice(at + 1)];
  });
  const own = Object.fromEntries(given.filter(([name]) => !OWN.test(name)));
  return { workdir: workdir ?? (settings.workdir || '/'), env: { ...BASIC, ...own, ...env }, start };
}

/** Bring a pristine sandbox and its session into a place. @returns time in the sandbox, in milliseconds @throws {SandboxError} */
export async function enter(sandbox: Sandbox, place: Place): Promise<number> {
  const { workdir, env } = place;
  const startedInMs = await started(sandbox, place);
  const directory = shellQuote(workdir);
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
  const code = [...variables, `mkdir -p -- ${directory} && cd -- ${directory}`].join('\n');
  const result = await sandbox.run({ ...ENTERING, code });
  if (result.exitCode === 0) return startedInMs + result.durationMs;
  throw new SandboxError(
    'runner_fault',
    `The working directory ${workdir} cannot be entered: ${decodeText(result.output).trim()}`,
  );
}
