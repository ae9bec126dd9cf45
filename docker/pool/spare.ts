import type { PoolImage } from './image.ts';
import type { PooledContainer } from './pooled-container.ts';

/** Free containers beyond their image's `warm`, longest free first. */
export function spareContainers(images: Iterable<PoolImage>): PooledContainer[] {
  const spare: PooledContainer[] = [];
  for (const { members, ready, warm } of images) {
    const alive = [...members].filter(({ reserve, state }) => !reserve && state !== 'gone').length;
    spare.push(...ready.slice(0, Math.max(0, alive - warm)));
  }
  return spare;
}
