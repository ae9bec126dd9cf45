import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { dockerEngine } from './engines.ts';
import { isRequired } from './requirements.ts';

/**
 * What is required and takes minutes to make is made before any test, as beside tests it takes longer: the images that many files
 * need, and the clients of other projects.
 */
export default async function prepared(): Promise<void> {
  await Promise.all([isRequired('docker') && images(), isRequired('pip') && clients()]);
}

async function images(): Promise<void> {
  await (await dockerEngine()).close();
}

/** One that cannot be installed fails the tests that need it. */
async function clients(): Promise<void> {
  await promisify(execFile)('npm', ['run', '--silent', 'trainers']).catch((error) =>
    console.error(error.stderr),
  );
}
