import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fateOf, type Owner, ownerInName, ownerNamed } from '../../owner.ts';
import { runProgram } from '../program.ts';
import { ImageStoreError, isSystemError } from './errors.ts';

/** How long something counts whose process cannot be looked at, in milliseconds: it may be in another container. */
const UNKNOWN_MS = 24 * 60 * 60 * 1_000;

const FOLDERS = ['layers', 'images', 'condemned', 'pins', 'tmp'] as const;

/**
 * Folders and files of a store. What appears in one of them appears by a rename, and is whole:
 *
 *     layers/<sha256 of the layer's tar>/diff, layer.json
 *     images/<name>.json      modified when the image was last used
 *     condemned/<name>.json   an image whose removal is being decided
 *     pins/<random>_<owner>   what a process uses
 *     tmp/<random>_<owner>    what a process is making or removing
 *     lock
 */
export class Places {
  readonly root: string;
  /** This process. */
  readonly me: Owner;
  readonly #now: () => number;

  private constructor(root: string, me: Owner, now: () => number) {
    this.root = root;
    this.me = me;
    this.#now = now;
  }

  /** @throws {ImageStoreError} `failed` if the folder is another user's */
  static async make(root: string, me: Owner, now: () => number): Promise<Places> {
    await mkdir(dirname(root), { recursive: true });
    await mkdir(root, { recursive: true, mode: 0o700 });
    const found = await lstat(root);
    if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
      const remedy = 'make it a folder of this user alone (mode 700), or set STEPWELL_HOME';
      throw new ImageStoreError('failed', `${root}: it is not a private folder of this user; ${remedy}`);
    }
    for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true, mode: 0o700 });
    return new Places(root, me, now);
  }

  in(folder: (typeof FOLDERS)[number], name = ''): string {
    return join(this.root, folder, name);
  }

  get lock(): string {
    return join(this.root, 'lock');
  }

  /** Folder of a layer. @param diffId with or without `sha256:` */
  layer(diffId: string): string {
    return this.in('layers', diffId.replace(/^sha256:/, ''));
  }

  /** A new name of this process. */
  mark(): string {
    return `${randomBytes(6).toString('hex')}_${ownerInName(this.me)}`;
  }

  /** Make a folder that is removed when this process is gone. */
  async temporary(): Promise<string> {
    const path = this.in('tmp', this.mark());
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /**
   * Write a file whole, or not at all.
   * @param flush whether it must be on the disk first, for what outlives a power failure @default true
   */
  async write(path: string, text: string, flush = true): Promise<void> {
    const draft = this.in('tmp', this.mark());
    try {
      await writeFile(draft, text, { mode: 0o600, flush });
      await rename(draft, path);
    } catch (error) {
      await removeTree(draft);
      throw error;
    }
  }

  /** Take a folder away at once. @returns where it is now, to be removed */
  async discard(path: string): Promise<string> {
    const away = this.in('tmp', this.mark());
    await rename(path, away);
    return away;
  }

  /** Whether a name belongs to a process that may be alive. @param path the file or folder of that name */
  async isLive(name: string, path: string): Promise<boolean> {
    const owner = ownerNamed(name);
    const fate = owner === null ? 'unknown' : await fateOf(owner, this.me);
    if (fate !== 'unknown') return fate === 'alive';
    const found = await stat(path).catch(() => null);
    return found !== null && this.#now() - found.mtimeMs < UNKNOWN_MS;
  }

  /** Remove what dead processes were making. @returns how many things there were */
  async sweep(): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.in('tmp'))) {
      const path = this.in('tmp', name);
      if (await this.isLive(name, path)) continue;
      try {
        await removeTree(path);
        removed += 1;
      } catch {
        // What it started may still be ending; the next sweep removes it.
      }
    }
    return removed;
  }
}

/** Remove a file, or a folder with everything in it, however deep or unreadable it is. */
export async function removeTree(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  if (found === null) return;
  // Root may enter every folder.
  if (process.getuid?.() !== 0) await runProgram('chmod', ['-R', '-f', 'u+rwX', '--', path]).catch(() => {});
  await runProgram('rm', ['-rf', '--', path]);
}

/** Write the names in a folder to the disk. */
export async function synchronizeFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
