import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A file of a task's folder. */
export interface FileBelow {
  /** Relative to the folder. */
  readonly path: string;
  readonly content: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** All files below a folder, sorted by path. Links are followed: a task may share files. */
export function filesBelow(folder: string): FileBelow[] {
  const files: FileBelow[] = [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found?.isFile() !== true) continue;
    files.push({ path: relative(folder, file), content: readFileSync(file), mode: found.mode & 0o777 });
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}
