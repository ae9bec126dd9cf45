import type { ImageRef, SandboxSource } from '../../docker/sandbox.ts';
import type { GoldCache } from '../gold-cache.ts';
import type { NativeGold } from './native-reward.ts';
import type { BashTaskRecord } from './task.ts';
import { endedInTime, GOLD_TIMEOUT_MS, goldCode, placeTask } from './task-placement.ts';

/** The gold's outcome on an image. */
export type NativeGoldSource = (image: ImageRef) => Promise<NativeGold>;

/** Most of a gold command's output that is compared. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

export interface GoldParts {
  readonly sandboxes: SandboxSource;
  readonly cache: GoldCache;
  readonly dataset: string;
  readonly record: BashTaskRecord;
}

/** Runs the gold in the shell of a pristine sandbox, in the task's start state, once per task and image. */
export function nativeGold({ sandboxes, cache, dataset, record }: GoldParts): NativeGoldSource {
  return (image) =>
    cache.get(`native ${dataset}/${record.id} ${image.digest}`, async () => {
      await using sandbox = await sandboxes.acquire({ image: image.name, purpose: 'grading' });
      await placeTask(sandbox, record);
      const result = await sandbox.run({
        code: goldCode(record.gold),
        timeoutMs: GOLD_TIMEOUT_MS,
        maxOutputBytes: MAX_OUTPUT_BYTES,
      });
      endedInTime(record, result);
      const [, changes] = await Promise.all([sandbox.quiesce('kill'), sandbox.diff()]);
      return { output: result.output, changes };
    });
}
