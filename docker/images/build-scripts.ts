import type { ImageDefinition } from '../image-definition.ts';
import { gitAtRootScript } from './git-at-root.ts';

/** Shell scripts that root runs while a derived image is built, in order, after its files are written. */
export function buildScripts({ script, gitAtRoot }: ImageDefinition): string[] {
  return [...(script === undefined ? [] : [script]), ...(gitAtRoot === true ? [gitAtRootScript] : [])];
}
