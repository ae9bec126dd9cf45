import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Sorted paths of all trajectories in a server's folder, whatever their day. */
export function trajectoriesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(folder, name));
}

/** Path of the one trajectory whose file name begins so. @throws {Error} there is none */
export function trajectoryIn(folder: string, begins: string): string {
  const found = trajectoriesIn(folder).find((path) => basename(path).startsWith(begins));
  if (found === undefined) throw new Error(`no trajectory in ${folder} begins with ${begins}`);
  return found;
}
