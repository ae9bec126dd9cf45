import { readlink, symlink, unlink } from 'node:fs/promises';
import { unwritable } from '../trajectory/line-file.ts';

/** Beyond so many claims of servers that were killed in a replay, the episode is given up. */
const MAX_CLAIMS = 16;

/** A server that claims. */
export interface Claimant {
  /** Its mark. */
  readonly own: string;
  /** Whether another server has ended. */
  isGone(mark: string): Promise<boolean>;
}

/**
 * Claim a left trajectory, so that one of several servers plays it again. A claim is a symbolic link beside the file that
 * points to the server's mark: it is made at once, with its content, or not at all. The claim of a server that has ended stays
 * until a later one is released, as two servers that remove it could each remove the other's.
 * @returns releases it; `undefined` if another server has it
 * @throws {ProtocolError} `internal_error`: the folder cannot be written
 */
export async function claimFile(path: string, mark: Claimant): Promise<(() => Promise<void>) | undefined> {
  for (let number = 0; number < MAX_CLAIMS; number += 1) {
    if (await made(mark.own, nameOf(path, number))) return () => release(path, number);
    const other = await readlink(nameOf(path, number)).catch(() => undefined);
    if (other === undefined || !(await mark.isGone(other))) return undefined;
  }
  return undefined;
}

function nameOf(path: string, number: number): string {
  return `${path}.claim-${number}`;
}

async function made(mark: string, name: string): Promise<boolean> {
  try {
    await symlink(mark, name);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw unwritable(error);
  }
}

/** The lowest first: as long as the own claim is there, nobody takes a higher one. */
async function release(path: string, number: number): Promise<void> {
  for (let of = 0; of <= number; of += 1) await unlink(nameOf(path, of)).catch(() => {});
}
