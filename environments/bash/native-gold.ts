import type { ImageRef, RunResult, SandboxSource } from '../../docker/sandbox.ts';
import type { Ungradable } from '../../protocol/environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import { decodeText } from '../output-text.ts';
import { beyondDoubt, type GoldAttempt, mayBeKilled } from './gold-attempt.ts';
import { missingCommand } from './missing-command.ts';
import { smallContents } from './native-explanation.ts';
import { isNoOp, type NativeGold } from './native-reward.ts';
import type { BashTaskRecord } from './task.ts';
import { GOLD_TIMEOUT_MS, goldCode, neverEnds, placeTask } from './task-placement.ts';

/** A gold's outcome, or why it cannot be compared with. */
export type NativeOutcome =
  | { readonly gold: NativeGold; readonly ungradable: null }
  | { readonly gold: null; readonly ungradable: Ungradable };

/** The gold's outcome on an image. @throws {SandboxError} on an infrastructure fault */
export type NativeGoldSource = (image: ImageRef) => Promise<NativeOutcome>;

/** Maximum output of a gold command, in bytes. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

export interface GoldParts {
  readonly sandboxes: SandboxSource;
  readonly cache: GoldCache;
  readonly dataset: string;
  readonly record: BashTaskRecord;
}

/** Runs the gold in the shell of a pristine sandbox, in the task's start state, once per task and image. */
export function nativeGold(parts: GoldParts): NativeGoldSource {
  const { cache, dataset, record } = parts;
  return (image) =>
    cache.get(`native ${dataset}/${record.id} ${image.digest}`, () =>
      beyondDoubt(() => attempt(parts, image)),
    );
}

async function attempt(
  { sandboxes, record }: GoldParts,
  image: ImageRef,
): Promise<GoldAttempt<NativeOutcome>> {
  await using sandbox = await sandboxes.acquire({ image: image.name, purpose: 'grading' });
  await placeTask(sandbox, record);
  const result = await sandbox.run({
    code: goldCode(record.gold),
    timeoutMs: GOLD_TIMEOUT_MS,
    maxOutputBytes: MAX_OUTPUT_BYTES,
  });
  const isDoubtful = mayBeKilled(result);
  if (result.timedOut) return { outcome: { gold: null, ungradable: neverEnds(record) }, isDoubtful };
  const [, diff] = await Promise.all([sandbox.quiesce('kill'), sandbox.diff()]);
  const contents = await smallContents(sandbox, diff.changes);
  const gold = { output: result.output, diff, contents };
  const ungradable = faultOf(record, result, gold);
  return { outcome: ungradable === null ? { gold, ungradable } : { gold: null, ungradable }, isDoubtful };
}

function faultOf({ id }: BashTaskRecord, result: RunResult, gold: NativeGold): Ungradable | null {
  const missing = missingCommand(result.exitCode, decodeText(result.output));
  const fails = (why: string): Ungradable => ({
    kind: 'gold_fails',
    reason: `The gold command of task ${id} ${why}.`,
  });
  if (missing !== null) return fails(`does not exist as a command: ${missing}`);
  if (result.truncatedBytes > 0) return fails('prints more than can be compared');
  if (gold.diff.exceeded !== null) return fails('changes more files than can be compared');
  if (!isNoOp(gold)) return null;
  const reason = `The gold command of task ${id} prints nothing and changes nothing.`;
  return { kind: 'no_op_wins', reason };
}
