import type { ImageDefinition } from '../sandbox.ts';
import { gitAtRootScript } from './git-at-root.ts';

/** What a derived image's root runs in a shell once its files are there, in order. */
export function buildScripts({ script, gitAtRoot }: ImageDefinition): string[] {
  return [...(script === undefined ? [] : [script]), ...(gitAtRoot === true ? [gitAtRootScript] : [])];
}
