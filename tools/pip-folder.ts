import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Pip cannot install: there is no pip, no network, or no build of a package for this machine. */
export class PipFailed extends Error {
  override readonly name = 'PipFailed';
}

export interface PipFolder {
  /** Where the packages will be. */
  readonly home: string;
  /** File of pinned packages. */
  readonly requirements: string;
  /**
   * The Python whose pip installs them.
   * @default `python3`
   */
  readonly python?: string;
  /** Maximum time for the download and the installation, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * Whether pip also installs what the packages ask for.
   * @default true
   */
  readonly dependencies?: boolean;
}

/** Install packages into a folder of their own, unless it is there. @throws {PipFailed} */
export function ensurePipFolder(wanted: PipFolder): void {
  const { home } = wanted;
  if (existsSync(home)) return;
  const above = dirname(home);
  mkdirSync(above, { recursive: true });
  const target = mkdtempSync(join(above, 'new-'));
  try {
    pipInstall(wanted, target);
    // Renamed when it is complete, so that an interrupted install is never used.
    rmSync(home, { recursive: true, force: true });
    renameSync(target, home);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

function pipInstall({ python = 'python3', dependencies = true, ...wanted }: PipFolder, target: string): void {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '10'];
  const what = ['--only-binary', ':all:', '--target', target, '--requirement', wanted.requirements];
  const { status, error, stderr } = spawnSync(
    python,
    ['-m', 'pip', 'install', ...quiet, ...(dependencies ? [] : ['--no-deps']), ...what],
    { encoding: 'utf8', timeout: wanted.timeoutMs },
  );
  if (status === 0) return;
  const lines = (error?.message ?? stderr).trim().split('\n');
  throw new PipFailed(lines.at(-1) || 'pip failed');
}
