import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PageFile, PageFiles } from '../../server/page/routes.ts';

/** In a package the page as it was built, in a clone its sources. */
const PAGE = fileURLToPath(new URL('../page/', import.meta.url));
const VITE = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The files of the page. A clone builds them first, in a second or two. @throws {Error} that says why there are none */
export async function pageFiles(): Promise<PageFiles> {
  if (!existsSync(join(PAGE, 'vite.config.js'))) return filesIn(PAGE);
  if (!existsSync(VITE))
    throw new Error('it is not built, and Vite is not installed: run `npm install` without `--omit=dev`.');
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-page-'));
  try {
    await buildPage(folder);
    return await filesIn(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Build the page of a clone in a folder. @throws {Error} with the words of Vite */
async function buildPage(folder: string): Promise<void> {
  const args = [VITE, 'build', PAGE, '--configLoader', 'native', '--outDir', folder, '--emptyOutDir'];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: PAGE });
  } catch (error) {
    const words = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    throw new Error(`its build failed: ${words.slice(0, 2_000) || error}`, { cause: error });
  }
}

async function filesIn(folder: string): Promise<PageFiles> {
  const files = new Map<string, PageFile>();
  for (const name of await readdir(folder, { recursive: true })) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const path = name === 'index.html' ? '/' : `/page/${name}`;
    files.set(path, { type, body: await readFile(join(folder, name)) });
  }
  if (!files.has('/')) throw new Error(`there is no index.html in ${folder}.`);
  return files;
}
