import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { ImageStoreError, isSystemError } from './errors.ts';
import { listMembers, type Member, type Place } from './unpacker.ts';

/** Files of an image, in a folder or an archive. */
export interface ImageFiles {
  /** How messages name it. */
  readonly label: string;
  /** Where the bytes of a file lie; `null` if there is none. @param path relative, without `..` */
  find(path: string): Promise<Place | null>;
}

/** Most bytes of a manifest or a configuration. */
const MOST_JSON = 8 * 2 ** 20;
/** Links in an archive that lead to links: old engines save a layer that is there twice as one. */
const MOST_LINKS = 8;

const COMPRESSIONS: readonly (readonly [name: string, start: string])[] = [
  ['gzip', '1f8b'],
  ['zstd', '28b52ffd'],
  ['xz', 'fd377a585a00'],
  ['bzip2', '425a68'],
];

/** How a file is compressed, by its first bytes; `null` if it is not. */
export async function compressionOf({ file, offset, size }: Place): Promise<string | null> {
  const handle = await open(file, 'r');
  try {
    const start = Buffer.alloc(6);
    const { bytesRead } = await handle.read(start, 0, Math.min(start.length, size), offset);
    const hex = start.subarray(0, bytesRead).toString('hex');
    return COMPRESSIONS.find(([, magic]) => hex.startsWith(magic))?.[0] ?? null;
  } finally {
    await handle.close();
  }
}

/** @throws {ImageStoreError} `refused` if only a program that is not used here could uncompress it */
export async function checkCompression(place: Place, label: string): Promise<void> {
  const found = await compressionOf(place);
  if (found === null || found === 'gzip') return;
  throw new ImageStoreError(
    'refused',
    `${label}: it is compressed with ${found}; use gzip, or no compression`,
  );
}

/** A file as one place. @throws a system error that names the path, {ImageStoreError} `refused` */
export async function wholeFile(file: string): Promise<Place> {
  const found = await stat(file);
  if (!found.isFile())
    throw new ImageStoreError('refused', `${file}: it is neither a folder nor a regular file`);
  return { file, offset: 0, size: found.size };
}

export function filesOfFolder(folder: string): ImageFiles {
  return {
    label: folder,
    async find(path) {
      try {
        return await wholeFile(join(folder, path));
      } catch (error) {
        if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return null;
        throw error;
      }
    },
  };
}

/**
 * Files of a tar archive, which may be compressed.
 * @param temporary folder for it uncompressed
 * @throws {ImageStoreError} `refused`
 */
export async function filesOfArchive(
  archive: string,
  label: string,
  temporary: string,
  signal?: AbortSignal,
): Promise<ImageFiles> {
  const whole = await wholeFile(archive);
  await checkCompression(whole, label);
  const file =
    (await compressionOf(whole)) === 'gzip'
      ? await uncompressed(archive, label, join(temporary, 'archive.tar'), signal)
      : archive;
  const members = new Map<string, Member>();
  for (const member of await listMembers(file, label, signal)) {
    members.set(posix.normalize(member.name), member);
  }
  return {
    label,
    async find(path) {
      let at = posix.normalize(path);
      for (let links = 0; links <= MOST_LINKS; links += 1) {
        const member = members.get(at);
        if (member === undefined) return null;
        const { offset, size, link, hard } = member;
        if (offset !== undefined && size !== undefined) return { file, offset, size };
        if (link === null) return null;
        at = posix.normalize(hard ? link : posix.join(posix.dirname(at), link));
      }
      return null;
    },
  };
}

async function uncompressed(
  archive: string,
  label: string,
  into: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    await pipeline(createReadStream(archive), createGunzip(), createWriteStream(into, { mode: 0o600 }), {
      signal,
    });
  } catch (error) {
    if (!isSystemError(error, 'Z_BUF_ERROR', 'Z_DATA_ERROR')) throw error;
    throw new ImageStoreError('refused', `${label}: its compressed data is truncated or damaged`);
  }
  return into;
}

/**
 * Read a JSON file of an image.
 * @param expected digest and size that it must have, if known
 * @returns its value, and the digest of its bytes
 * @throws {ImageStoreError} `refused`
 */
export async function readJson<T>(
  files: ImageFiles,
  path: string,
  schema: z.ZodType<T>,
  expected: { readonly digest?: string; readonly size?: number } = {},
): Promise<{ readonly value: T; readonly digest: string }> {
  const refuse = (reason: string) => new ImageStoreError('refused', `${files.label}, ${path}: ${reason}`);
  const place = await files.find(path);
  if (place === null) throw refuse('it is missing');
  if (place.size > MOST_JSON) throw refuse(`it has more than ${MOST_JSON} bytes`);
  const bytes = await readPlace(place);
  if (bytes.length !== place.size) throw refuse('it is truncated');
  if (expected.size !== undefined && expected.size !== bytes.length) {
    throw refuse(`it has ${bytes.length} bytes, not ${expected.size}`);
  }
  const digest = digestOf(bytes);
  if (expected.digest !== undefined && expected.digest !== digest) {
    throw refuse(`its digest is ${digest}, not ${expected.digest}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw refuse('it is no JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data, digest };
  throw refuse(z.prettifyError(parsed.error).replaceAll(/\s+/g, ' '));
}

async function readPlace({ file, offset, size }: Place): Promise<Buffer> {
  if (size === 0) return Buffer.alloc(0);
  const pieces: Buffer[] = [];
  for await (const piece of createReadStream(file, { start: offset, end: offset + size - 1 })) {
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** SHA-256 as images write it. */
export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
