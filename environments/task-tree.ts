import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatasetError, fieldName } from './dataset-error.ts';
import type { FoundField } from './record-list.ts';

/** The part of a task's folder with the files of its start state, by their paths in the sandbox. */
export const TREE = 'environment/files';

/** A file as a record has it. */
interface PlacedFile {
  readonly path: string;
  readonly [attribute: string]: unknown;
}

/** The files below `environment/files`, by path in the sandbox, sorted by path. */
function realFiles(folder: string): Map<string, PlacedFile> {
  const root = join(folder, TREE);
  const found: PlacedFile[] = [];
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(root, file)}`;
    if (entry.isSymbolicLink()) found.push({ path, type: 'symlink', target: readlinkSync(file) });
    else found.push({ path, ...contentOf(readFileSync(file)) });
  }
  found.sort((one, other) => (one.path < other.path ? -1 : 1));
  return new Map(found.map((file) => [file.path, file]));
}

function contentOf(content: Buffer): Readonly<Record<string, string>> {
  return isUtf8(content) ? { content: content.toString() } : { content_base64: content.toString('base64') };
}

/** Whether an entry of `task.toml` names a file and leaves its content to the folder. */
function isContentElsewhere(entry: unknown): entry is PlacedFile {
  if (typeof entry !== 'object' || entry === null) return false;
  const { path, type = 'file', content, content_base64: binary } = entry as Record<string, unknown>;
  return typeof path === 'string' && type === 'file' && content === undefined && binary === undefined;
}

/**
 * The field `files`: entries of `task.toml` in their order, with contents from the folder, then the other files of the
 * folder.
 * @throws {DatasetError} for an entry without content whose file is missing in the folder
 */
export function treeField(folder: string, listed: FoundField | undefined): FoundField {
  const real = realFiles(folder);
  const entries: unknown[] = Array.isArray(listed?.value) ? listed.value : [];
  const named = entries.map((entry, index) => {
    if (!isContentElsewhere(entry)) return entry;
    const file = real.get(entry.path);
    if (file === undefined) {
      const place = listed?.place(['files', index, 'path']) ?? { file: folder };
      throw new DatasetError(place, `there is no file ${TREE}${entry.path} in the task's folder`);
    }
    real.delete(entry.path);
    return { ...file, ...entry };
  });
  const others = [...real.values()];
  return {
    field: 'files',
    value: [...named, ...others],
    place: (path) => {
      const other = others[Number(path[1]) - named.length];
      if (other !== undefined) return { file: join(folder, TREE, other.path), field: fieldName(path) };
      return listed?.place(path) ?? { file: join(folder, TREE), field: fieldName(path) };
    },
  };
}
