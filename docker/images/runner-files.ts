import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface RunnerFile {
  /** Path below the runner's folder, with `/`. */
  readonly path: string;
  readonly content: Buffer;
}

/** The runner's folder in this checkout or package. */
export const runnerFolder = fileURLToPath(new URL('../runner', import.meta.url));

/** Where the programs of containers are found, and the Python that runs the runner on this machine. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** By folder: whether the compiler of its modules has ended. */
const compiled = new Map<string, Promise<void>>();

/**
 * Compile the modules of a runner's folder that is used as it is, once, beside other work: each container then starts with
 * 60 ms less of processor time. Where the folder cannot be written to, each container compiles them for itself. Never rejects.
 */
export function compileRunner(folder: string): Promise<void> {
  const known = compiled.get(folder);
  if (known !== undefined) return known;
  const compiling = spawn('python3', ['-I', '-S', '-m', 'compileall', '-q', folder], {
    // Another Python of the user's would compile for itself alone.
    env: { PATH: systemPath },
    stdio: 'ignore',
  });
  compiling.unref();
  const ended = new Promise<void>((resolve) => {
    compiling.once('close', () => resolve());
    // Without Python there are no containers either.
    compiling.once('error', () => resolve());
  });
  compiled.set(folder, ended);
  return ended;
}

/** Files of the runner that go into images: all except tests, caches and documentation. */
export async function readRunnerFiles(folder: string = runnerFolder): Promise<RunnerFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => belongs(path))
    .sort();
  return Promise.all(paths.map(async (path) => ({ path, content: await readFile(join(folder, path)) })));
}

function belongs(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const inOtherFolder = parts.some(
    (part) => part === '__pycache__' || part === 'tests' || part.startsWith('.'),
  );
  return !inOtherFolder && !name.endsWith('.md') && !name.startsWith('test_');
}

/** One hash over names and contents. */
export function hashRunnerFiles(files: readonly RunnerFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of files) {
    hash.update(`${path}\0${content.length}\0`);
    hash.update(content);
  }
  return hash.digest('hex');
}
