import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract, type Header, type Pack, pack } from 'tar-stream';
import { DatasetError } from '../dataset-error.ts';

/** A file to add to a tree. */
export interface AddedFile {
  /** Relative to the root of the tree. */
  readonly name: string;
  readonly content: string | Buffer;
  readonly mode: number;
  readonly mtime: Date;
}

function leavesTree({ name, type, linkname }: Header): boolean {
  const climbs = (path: string) => path.startsWith('/') || path.split('/').includes('..');
  // The target of a symbolic link matters only when it is followed; that of a hard link is opened at unpacking.
  return climbs(name) || (type === 'link' && climbs(linkname ?? ''));
}

/**
 * Read a tree through.
 * @throws {DatasetError} for a file that is not a tar file, or a member that would leave the folder it is unpacked in
 */
export async function checkTree(file: string): Promise<void> {
  const members = extract();
  const leaving: string[] = [];
  members.on('entry', (header, stream, next) => {
    if (leavesTree(header)) leaving.push(header.name);
    stream.on('end', next);
    stream.resume();
  });
  try {
    await pipeline(createReadStream(file), members);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatasetError({ file }, `not a readable tar file: ${reason}`, { cause: error });
  }
  if (leaving.length > 0) {
    throw new DatasetError({ file }, `member ${JSON.stringify(leaving[0])} leaves the tree`);
  }
}

/** Add one member to a tree; settles when it is written. */
function addMember(out: Pack, { name, content, mode, mtime }: AddedFile): Promise<void> {
  return new Promise((resolve, reject) => {
    out.entry({ name, mode, mtime, uname: 'root', gname: 'root' }, content, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/**
 * Write a tree with files added to it.
 * @param file the existing tree; `null`: an empty one
 * @param onBytes called for each piece of content that is written
 */
export async function writeTree(
  file: string | null,
  added: readonly AddedFile[],
  target: string,
  onBytes: (count: number) => void = () => {},
): Promise<void> {
  const out = pack();
  const written = pipeline(out, createWriteStream(target));
  // A rejection before it is awaited rejects the member that waits for it, so it must not count as unhandled.
  written.catch(() => {});
  if (file !== null) {
    const members = extract();
    members.on('entry', (header, stream, next) => {
      stream.on('data', (chunk) => onBytes(chunk instanceof Uint8Array ? chunk.length : 0));
      stream.pipe(out.entry(header, next));
    });
    await pipeline(createReadStream(file), members);
  }
  for (const member of added) {
    await Promise.race([addMember(out, member), written]);
    onBytes(member.content.length);
  }
  out.finalize();
  await written;
}
