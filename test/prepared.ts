import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import type { TestProject } from 'vitest/node';
import { DockerImageBuilder } from '../docker/engines/docker/image-builder.ts';
import { ensureImages } from '../docker/images/builder.ts';
import { sql } from '../environments/sql/definition.ts';
import { isAnyRequired, isRequired } from './requirements.ts';
import { BUILT, LAUNCHER } from './stepwell.ts';

const databases = sql.imagesOf(sql.builtIn);

/**
 * What is required and takes minutes to make is made before any test, as beside tests it takes longer: the images that many files
 * need, and the clients of other projects. The images with databases are made beside the first tests, once: the files that
 * need them come later (`LONG`), and each that found none would make its own. Such a run takes minutes, so that it is also
 * worth a build: the command line starts sooner from it. Who requires nothing waits for none of this.
 * @returns called at the end
 */
export default async function prepared(project: TestProject): Promise<() => Promise<void>> {
  project.provide('stepwell', isAnyRequired ? BUILT : LAUNCHER);
  let withDatabases: Promise<void> | undefined;
  const images = async () => {
    await make(['python']);
    withDatabases = make(databases.map(({ name }) => name)).catch(console.error);
    await make(['bash']);
  };
  await Promise.all([
    isAnyRequired && build(),
    isRequired('docker') && images(),
    isRequired('pip') && clients(),
  ]);
  return async () => withDatabases;
}

/** As the package is built, but types are left to `npm run check`. */
async function build(): Promise<void> {
  const cwd = join(import.meta.dirname, '..');
  await promisify(execFile)(process.execPath, ['--import', 'tsx', 'build.ts', '--noCheck'], { cwd });
}

async function make(names: readonly string[]): Promise<void> {
  await ensureImages({ builder: new DockerImageBuilder(new Docker()), definitions: databases, names });
}

/** One that cannot be installed fails the tests that need it. */
async function clients(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'trainers']).catch((error) =>
    console.error(error.stderr),
  );
}
