import { SandboxError } from '../../docker/errors.ts';
import type { FileEntry, Sandbox } from '../../docker/sandbox.ts';
import { decodeText } from '../output-text.ts';
import { filesBelow } from './files-below.ts';

/** Where the files of a start lie while its script runs. */
const PLACE = '/start';
const SCRIPT = `${PLACE}/start.sh`;
const LIMITS = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

/** Where a start runs. */
interface Starting {
  /** Its folder on the server. */
  readonly start?: string | undefined;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Run the start of a task in a pristine sandbox: root runs `start.sh` in the working directory, then the folder is removed.
 * Processes that it leaves go on. The result is the state that the agent's changes are found against.
 * @returns time in the sandbox, in milliseconds
 * @throws {SandboxError} also if the script fails
 */
export async function started(sandbox: Sandbox, { start, workdir, env }: Starting): Promise<number> {
  if (start === undefined) return 0;
  const files = filesBelow(start).map(
    ({ path, content, mode }): FileEntry => ({ path: `${PLACE}/${path}`, type: 'file', content, mode }),
  );
  await sandbox.putFiles([{ path: workdir, type: 'directory' }, ...files]);
  const { exitCode, output, durationMs } = await sandbox.exec({
    ...LIMITS,
    argv: [SCRIPT],
    byShell: true,
    cwd: workdir,
    // As a container engine has it for root.
    env: { HOME: '/root', ...env },
  });
  if (exitCode !== 0) {
    const said = decodeText(output).trim();
    throw new SandboxError(
      'runner_fault',
      `start/start.sh of the task ended with status ${exitCode}: ${said}`,
    );
  }
  await sandbox.place({ removed: [PLACE], archive: Buffer.alloc(0) });
  await sandbox.mark();
  return durationMs;
}
