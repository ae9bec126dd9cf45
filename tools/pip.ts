// Installs Python packages for the tools and tests of this clone, in folders of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
/** Time for pip to download and install, in milliseconds. */
const INSTALL_MS = 300_000;

/** The packages are not installed, and cannot be: there is no pip, no network, or no build of them for this machine. */
export class PipFailed extends Error {
  override readonly name = 'PipFailed';
}

export interface PipOptions {
  /**
   * Where packages are installed, once: below it, each list of them has a folder of its own.
   * @default `.tools` in the project
   */
  readonly folder?: string;
  /**
   * The Python whose pip installs them.
   * @default `python3`
   */
  readonly python?: string;
  /**
   * Whether pip also installs what the packages ask for.
   * @default true
   */
  readonly dependencies?: boolean;
}

/**
 * The folder with the packages of a requirements file; installs them where they are not there yet.
 * @param name of the folder: another one for other packages or versions
 * @throws PipFailed
 */
export function installedPackages(name: string, requirements: string, options: PipOptions = {}): string {
  const { folder = join(ROOT, '.tools'), python = 'python3', dependencies = true } = options;
  const home = join(folder, name);
  if (existsSync(home)) return home;
  mkdirSync(folder, { recursive: true });
  const target = mkdtempSync(join(folder, 'new-'));
  try {
    pipInstall(python, [
      ...(dependencies ? [] : ['--no-deps']),
      // Most of what they have is never imported.
      '--no-compile',
      '--target',
      target,
      '--requirement',
      requirements,
    ]);
    // Renamed when it is complete, so that an interrupted install is never used.
    rmSync(home, { recursive: true, force: true });
    renameSync(target, home);
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
  return home;
}

function pipInstall(python: string, what: readonly string[]): void {
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '10'];
  const arguments_ = ['-m', 'pip', 'install', ...quiet, '--only-binary', ':all:', ...what];
  const { status, error, stderr } = spawnSync(python, arguments_, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status === 0) return;
  const lines = (error?.message ?? stderr).trim().split('\n');
  throw new PipFailed(lines.at(-1) || 'pip failed');
}
