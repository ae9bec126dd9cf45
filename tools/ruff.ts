// Runs ruff over all Python of the project. `npm run check` calls it, and `npm run format` with `--fix`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installedPackages, PipFailed, type PipOptions } from './pip.ts';

const ROOT = resolve(import.meta.dirname, '..');
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt');

/**
 * Path of the ruff that `tools/requirements.txt` pins; installs it where it is not there yet.
 * @throws PipFailed
 */
export function installedRuff(options: PipOptions): string {
  const pinned = readFileSync(REQUIREMENTS, 'utf8').trim().replace('==', '-');
  return join(installedPackages(pinned, REQUIREMENTS, options), 'bin', 'ruff');
}

/**
 * Check all Python, or correct what can be corrected.
 * @returns an exit status: 0 where nothing is wrong, and where ruff cannot be installed but is not required either
 */
export function runRuff(options: PipOptions & { fix: boolean; required: boolean }): number {
  let ruff: string;
  try {
    ruff = installedRuff(options);
  } catch (error) {
    if (!(error instanceof PipFailed)) throw error;
    console.error(`Python is not checked: pip cannot install ruff (${error.message}).`);
    return options.required ? 1 : 0;
  }
  const commands = options.fix
    ? [['check', '--fix'], ['format']]
    : [['check'], ['format', '--check', '--diff']];
  const statuses = commands.map(
    (command) =>
      spawnSync(ruff, [...command, '--quiet', '--no-cache', '.'], { cwd: ROOT, stdio: 'inherit' }).status,
  );
  return statuses.every((status) => status === 0) ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = runRuff({
    fix: process.argv.includes('--fix'),
    required: (process.env.STEPWELL_REQUIRE ?? '').split(',').includes('ruff'),
  });
}
