import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import ignore from '@balena/dockerignore';
import { SandboxError } from '../errors.ts';

export const DOCKERFILE = 'Dockerfile';
const IGNORED = '.dockerignore';

/** A file, folder or link of a context. */
export interface ContextEntry {
  /** Relative to the context. */
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Path on the server. */
  readonly file: string;
  readonly size: number;
  /** Permission bits: 0755 for folders and what its owner may run, else 0644. */
  readonly mode: number;
  /** Of a link. */
  readonly target?: string;
}

/**
 * What a folder sends to a Docker engine, sorted by name: all but what its `.dockerignore` names. The Dockerfile always is
 * among it.
 * @throws {SandboxError} `image_missing` if the folder or its Dockerfile cannot be read
 */
export async function contextEntries(folder: string): Promise<ContextEntry[]> {
  try {
    const filter = ignore.default({ ignorecase: false });
    filter.add(await readFile(join(folder, IGNORED), 'utf8').catch(() => ''));
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = found.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
    const sent = names.filter((name) => name === DOCKERFILE || !filter.ignores(name)).sort();
    if (!sent.includes(DOCKERFILE)) throw new Error(`it has no ${DOCKERFILE}`);
    const entries = await Promise.all(sent.map((name) => entryOf(folder, name)));
    return entries.filter((entry) => entry !== null);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SandboxError('image_missing', `The context ${folder} cannot be read: ${reason}`, { cause });
  }
}

async function entryOf(folder: string, name: string): Promise<ContextEntry | null> {
  const file = join(folder, name);
  const found = await lstat(file);
  // As git keeps them: other bits are those of whoever made the copy.
  const mode = found.isDirectory() || (found.mode & 0o100) !== 0 ? 0o755 : 0o644;
  if (found.isSymbolicLink()) {
    return { name, type: 'symlink', file, size: 0, mode, target: await readlink(file) };
  }
  if (found.isDirectory()) return { name, type: 'directory', file, size: 0, mode };
  return found.isFile() ? { name, type: 'file', file, size: found.size, mode } : null;
}

/** SHA-256 in hex of a context: names, kinds, modes and contents, without times and owners. @throws {SandboxError} */
export async function contextHash(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, type, file, size, mode, target } of await contextEntries(folder)) {
    hash.update(`${JSON.stringify([name, type, size, mode, target])}\n`);
    if (type === 'file') for await (const chunk of createReadStream(file)) hash.update(chunk);
  }
  return hash.digest('hex');
}

const FROM = /^(\s*FROM\s+(?:--\S+\s+)*)(\S+)(?:\s+AS\s+(\S+))?/i;
const COPY_FROM = /^(\s*COPY\s+(?:--\S+\s+)*?--from=)(\S+)/i;

/** The names that stages of a Dockerfile begin with, also those of other stages. */
export function fromImages(dockerfile: string): string[] {
  return dockerfile.split('\n').flatMap((line) => FROM.exec(line)?.[2] ?? []);
}

/** The text of a Dockerfile whose stages begin with stand-ins where there are any, and copy from them. */
export function withStandIns(dockerfile: string, bases: Readonly<Record<string, string>>): string {
  const stages = new Set<string>();
  const placed = (whole: string, before: string, name: string) => {
    const other = stages.has(name.toLowerCase()) ? undefined : (bases[name] ?? bases[`${name}:latest`]);
    return other === undefined ? whole : `${before}${other}${whole.slice(before.length + name.length)}`;
  };
  const lines = dockerfile.split('\n').map((line) => {
    const [, , , stage] = FROM.exec(line) ?? [];
    const text = line.replace(FROM, placed).replace(COPY_FROM, placed);
    if (stage !== undefined) stages.add(stage.toLowerCase());
    return text;
  });
  return lines.join('\n');
}
