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
