// Installs other projects' Python clients, which the tests of `test/fronts/` use as they are: `npm run trainers`.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installedPackages, PipFailed } from './pip.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** The clients, each with its packages in `tools/trainers/`: together they ask for versions that exclude each other. */
export const TRAINERS = ['mcp', 'openenv', 'openreward'] as const;
export type Trainer = (typeof TRAINERS)[number];

/**
 * A client's pinned packages: all that it imports, without those of its parts that the tests do not use, such as web
 * interfaces and servers.
 */
function requirements(trainer: Trainer): string {
  return join(import.meta.dirname, 'trainers', `${trainer}.txt`);
}

/** The name of a client's folder, another one for other versions. */
function nameOf(trainer: Trainer): string {
  const pinned = createHash('sha256')
    .update(readFileSync(requirements(trainer)))
    .digest('hex');
  return `${trainer}-${pinned.slice(0, 12)}`;
}

/** The folder of a client's packages, for `PYTHONPATH`, or `null` if they are not installed. */
export function installedTrainer(trainer: Trainer): string | null {
  const folder = join(ROOT, '.tools', nameOf(trainer));
  return existsSync(folder) ? folder : null;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const trainer of TRAINERS) {
    try {
      installedPackages(nameOf(trainer), requirements(trainer), { dependencies: false });
    } catch (error) {
      if (!(error instanceof PipFailed)) throw error;
      console.error(`The client of ${trainer} is not installed: ${error.message}.`);
      process.exitCode = 1;
    }
  }
}
