import type { TaskFile } from '../task.ts';

type Attributes = Pick<TaskFile, 'mode' | 'mtime'>;

/** A text file of these lines, each ended by a newline. */
export function file(path: string, lines: readonly string[], attributes: Attributes = {}): TaskFile {
  return { path, content: lines.map((line) => `${line}\n`).join(''), ...attributes };
}

/** A file of exactly `bytes` bytes whose content does not matter. */
export function filler(path: string, bytes: number, attributes: Attributes = {}): TaskFile {
  return { path, content: '.'.repeat(bytes), ...attributes };
}

/** An executable script. */
export function script(path: string, lines: readonly string[]): TaskFile {
  return file(path, lines, { mode: '0755' });
}

export function folder(path: string, mode = '0755'): TaskFile {
  return { path, type: 'directory', mode };
}

export function link(path: string, target: string): TaskFile {
  return { path, type: 'symlink', target };
}
