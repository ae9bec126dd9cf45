import { createHash } from 'node:crypto';
import type { ImageDefinition } from '../../docker/image-definition.ts';
import { filesBelow } from './files-below.ts';
import type { TerminalTask } from './task.ts';

/** The image of tasks that bring none. */
export const PLAIN_IMAGE = 'bash';
/** The image of a task; `null` for the plain one. Tasks with equal folders `environment` share one. */
export function imageOf({ image }: TerminalTask): ImageDefinition | null {
  if (image === null) return null;
  if ('reference' in image) {
    const from = `docker:${image.reference}`;
    return { name: `task-${shortHash([from])}`, from, stored: true };
  }
  const content = filesBelow(image.dockerfile).flatMap(({ path, mode, content }) => [
    JSON.stringify([path, (mode & 0o100) !== 0, content.length]),
    content,
  ]);
  return {
    name: `task-${shortHash(content)}`,
    from: `dockerfile:${image.dockerfile}`,
    buildTimeoutS: image.timeout_sec,
    stored: true,
  };
}

/** The first 12 hex digits of a SHA-256. */
function shortHash(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 12);
}
