import { type FileHandle, open } from 'node:fs/promises';

const BLOCK = 512;
/** Names that are too long for a header have their own small member. */
const MOST_NAME_BYTES = 65_536;

/** A member of a tar file. */
export interface TarMember {
  /** Without `./` or `/` at its beginning. */
  readonly name: string;
  /** Offset of its content in the file. */
  readonly offset: number;
  readonly size: number;
}

function text(block: Buffer, from: number, length: number): string {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}

/** A number in octal, or, above 8 GiB, in base 256. */
function number(block: Buffer, from: number, length: number): number {
  if (((block[from] ?? 0) & 0x80) === 0) return Number.parseInt(text(block, from, length).trim() || '0', 8);
  let value = 0;
  for (let at = from + 1; at < from + length; at += 1) value = value * 256 + (block[at] ?? 0);
  return value;
}

/** `path` and `size` of a pax header, a list of `length key=value` lines. */
function pax(content: string): { readonly path?: string; readonly size?: number } {
  const path = /^\d+ path=(.*)$/m.exec(content)?.[1];
  const size = /^\d+ size=(\d+)$/m.exec(content)?.[1];
  return { ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size: Number(size) }) };
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** The members of a tar file, without reading their contents: a tree may hold gigabytes. */
export async function* tarMembers(path: string): AsyncGenerator<TarMember> {
  const file = await open(path);
  try {
    let at = 0;
    let long: { path?: string; size?: number } = {};
    for (;;) {
      const header = await read(file, at, BLOCK);
      if (header.length < BLOCK || header[0] === 0) return;
      const size = long.size ?? number(header, 124, 12);
      const type = text(header, 156, 1);
      const offset = at + BLOCK;
      at = offset + Math.ceil(size / BLOCK) * BLOCK;
      if (type === 'L' || type === 'x') {
        const content = (await read(file, offset, Math.min(size, MOST_NAME_BYTES))).toString();
        long = type === 'L' ? { ...long, path: content.replace(/\0.*$/s, '') } : { ...long, ...pax(content) };
        continue;
      }
      const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
      const short = prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`;
      if (type !== 'g') yield { name: (long.path ?? short).replace(/^(\.?\/)+/, ''), offset, size };
      long = {};
    }
  } finally {
    await file.close();
  }
}

/** The content of a member. */
export async function tarContent(path: string, { offset, size }: TarMember): Promise<Buffer> {
  const file = await open(path);
  try {
    return await read(file, offset, size);
  } finally {
    await file.close();
  }
}
