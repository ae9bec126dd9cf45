import { SandboxError } from '../../docker/errors.ts';
import type { LayerChange, Sandbox } from '../../docker/sandbox.ts';

/** Changes of one sandbox, to be made in another one. */
export interface Work {
  /** Tar files. */
  readonly archives: readonly Buffer[];
  /** Paths to remove first. */
  readonly removed: readonly string[];
}

/** Nothing changed. */
export const NO_WORK: Work = { archives: [], removed: [] };

/** Bytes of files in one archive; a larger file has one of its own. */
const ARCHIVE_BYTES = 16 * 1024 * 1024;
/** What an archive may have: a frame of the runner holds 64 MiB. */
const MOST_BYTES = 56 * 1024 * 1024;
/** Bytes of paths in one command line: the kernel allows 2 MiB, variables included. */
const PATHS_BYTES = 512 * 1024;
const LIMITS = { timeoutMs: 60_000, maxOutputBytes: MOST_BYTES } as const;

/**
 * Pack changes of a sandbox, with no program that the agent could have changed or that the image would need. Owners, modes, times and hard links are kept; extended
 * attributes are not.
 * @returns `null` if that is not possible, e.g. for a file above 56 MiB: the agent brought it about
 * @throws {SandboxError} on an infrastructure fault
 */
export async function packed(sandbox: Sandbox, changes: readonly LayerChange[]): Promise<Work | null> {
  const gone = changes.filter(({ kind }) => kind === 'deleted' || kind === 'type_changed');
  const there = changes.filter(({ kind, type }) => kind !== 'deleted' && type !== 'socket');
  if (there.some(({ size }) => size > MOST_BYTES - 1024 * 1024)) return null;
  const archives: Buffer[] = [];
  for (const part of portions(there)) {
    const paths = part.map(({ path }) => `.${path}`);
    const argv = ['tar', '--create', '--no-recursion', '--numeric-owner', '--file=-', '--', ...paths];
    const { exitCode, output, truncatedBytes } = await sandbox.inspect({ ...LIMITS, argv, tools: 'runner' });
    if (exitCode !== 0 || truncatedBytes > 0) return null;
    archives.push(output);
  }
  return { archives, removed: gone.map(({ path }) => path) };
}

/** Changes in groups, each small enough for one archive and one command line. */
function portions(changes: readonly LayerChange[]): LayerChange[][] {
  const groups: LayerChange[][] = [];
  let [bytes, length] = [Number.POSITIVE_INFINITY, 0];
  for (const change of changes) {
    bytes += change.size + 1024;
    length += Buffer.byteLength(change.path) + 2;
    if (bytes > ARCHIVE_BYTES || length > PATHS_BYTES) {
      groups.push([]);
      [bytes, length] = [change.size + 1024, Buffer.byteLength(change.path) + 2];
    }
    groups.at(-1)?.push(change);
  }
  return groups;
}

/**
 * Make the changes in a pristine sandbox of the same image.
 * @returns whether that was possible: they may fill the disk
 * @throws {SandboxError} on an infrastructure fault
 */
export async function unpack(sandbox: Sandbox, { archives, removed }: Work): Promise<boolean> {
  try {
    if (removed.length > 0) await sandbox.place({ removed, archive: Buffer.alloc(0) });
    for (const archive of archives) await sandbox.place({ removed: [], archive });
    return true;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'path_refused') return false;
    throw error;
  }
}
