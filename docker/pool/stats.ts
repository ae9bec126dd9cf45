import type { ContainerState } from './container-state.ts';
import type { PoolImage } from './image.ts';
import type { PoolQueue } from './queue.ts';

/** Containers of one image by state (`gone`: being removed), its settings, and the requests that wait for it. */
export interface ImageStats {
  readonly states: Readonly<Record<ContainerState, number>>;
  readonly waiting: number;
  readonly warm: number;
  readonly max: number;
}

/** Since the pool was made. */
export interface PoolCounts {
  /** Containers that became ready. */
  started: number;
  /** Containers that were removed because they were used up or broken. */
  replaced: number;
  /** Resets. */
  reset: number;
  /** Starts that failed. */
  failed: number;
}

export interface PoolStats extends Readonly<PoolCounts> {
  readonly images: Readonly<Record<string, ImageStats>>;
  /** Waiting for any image. */
  readonly queued: number;
  /** Whether every place outside the grading reserve is taken by a usable container. */
  readonly full: boolean;
}

/** State of a pool at one moment. */
export function poolStats(
  images: ReadonlyMap<string, PoolImage>,
  queue: PoolQueue,
  counts: PoolCounts,
  totalMax: number,
): PoolStats {
  const each = [...images].map(([name, image]): [string, ImageStats] => {
    const waiting = queue.waitingFor(name);
    return [name, { states: image.count(), waiting, warm: image.warm, max: image.max }];
  });
  let usable = 0;
  for (const { members } of images.values()) {
    for (const { reserve, state } of members) {
      if (!reserve && state !== 'gone' && state !== 'starting') usable += 1;
    }
  }
  return { images: Object.fromEntries(each), queued: queue.size, full: usable >= totalMax, ...counts };
}
