import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeOwner, encodeOwner, fateOf, type Owner } from '../owner.ts';

const ownerFile = 'owner';

/** Parent of the run folders of this user's servers. */
export function defaultRunParent(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(env.XDG_RUNTIME_DIR ?? tmpdir(), `stepwell-${userId()}`);
}

/** Id of this user, who may have no name on this machine; -1 on systems without user ids. */
function userId(): number {
  return process.getuid?.() ?? -1;
}

/** A private folder of one server for files that live only as long as the server: sockets, roots of local containers. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(owner: Owner, parent: string = defaultRunParent()): Promise<RunFolder> {
    await makePrivate(parent);
    const path = await mkdtemp(join(parent, 'run-'));
    await writeFile(join(path, ownerFile), encodeOwner(owner));
    return new RunFolder(path);
  }

  /** Make a folder in it, e.g. one for each container. */
  async subfolder(name: string): Promise<string> {
    const path = join(this.path, name);
    await mkdir(path);
    // Users of other namespaces reach it through a mount; on the host its parents keep them out.
    await chmod(path, 0o755);
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

async function makePrivate(parent: string): Promise<void> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const uid = userId();
  const found = await lstat(parent);
  if (!found.isDirectory() || (uid >= 0 && found.uid !== uid) || (found.mode & 0o022) !== 0) {
    throw new Error(`${parent} is not a private folder of this user; remove it or set XDG_RUNTIME_DIR.`);
  }
}

/**
 * Remove the run folders of dead servers.
 * @param inUse folders in them that are still needed
 * @returns how many there were
 */
export async function removeDeadRunFolders(
  me: Owner,
  parent: string = defaultRunParent(),
  inUse: readonly string[] = [],
): Promise<number> {
  const names = await readdir(parent).catch(() => []);
  let removed = 0;
  for (const name of names.filter((one) => one.startsWith('run-'))) {
    const path = join(parent, name);
    if (inUse.some((folder) => folder.startsWith(`${path}/`))) continue;
    const owner = decodeOwner(await readFile(join(path, ownerFile), 'utf8').catch(() => ''));
    // A folder without an owner is just being made.
    if (owner === null || (await fateOf(owner, me)) !== 'dead') continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
