import type { ImageRef, Sandbox } from '../../docker/sandbox.ts';
import type { Ungradable } from '../../protocol/environment.ts';
import { strictText } from '../output-text.ts';
import { beyondDoubt, type GoldAttempt, mayBeKilled } from './gold-attempt.ts';
import { execRequest, intercodeGold } from './intercode-command.ts';
import { fileEvidence } from './intercode-evidence.ts';
import type { IntercodeEvidence } from './intercode-reward.ts';
import type { GoldParts } from './native-gold.ts';
import type { BashTaskRecord } from './task.ts';
import { GOLD_TIMEOUT_MS, neverEnds, placeTask } from './task-placement.ts';

/**
 * InterCode keeps one container for the gold during an episode and resets it with git before each grading. Restored files
 * are new (`find -mtime` no longer finds them) and ignored files stay, so the first grading of an episode can differ from
 * later ones.
 */
export type Grading = 'first' | 'later';

/** A gold's outcome, or why it cannot be compared with. */
export type IntercodeOutcome =
  | { readonly gold: IntercodeEvidence; readonly ungradable: null }
  | { readonly gold: null; readonly ungradable: Ungradable };

/** The gold's outcome on an image. @throws {SandboxError} on an infrastructure fault */
export type IntercodeGoldSource = (image: ImageRef, grading: Grading) => Promise<IntercodeOutcome>;

const GIT_RESET = 'git reset --hard; git clean -fd;';

/**
 * InterCode begins each episode with `git clean`, which removes empty folders. These two stay, because the programs that
 * make sandboxes of an image need them.
 */
export async function cleanRoot(sandbox: Sandbox): Promise<void> {
  await sandbox.run({ code: 'rmdir /mnt /tmp 2>/dev/null', timeoutMs: 30_000, maxOutputBytes: 4096 });
}

interface IntercodeGoldParts extends GoldParts {
  /** Whether `/` of the image is a git repository. */
  readonly gitAtRoot: boolean;
}

interface GoldRun {
  readonly ended: boolean;
  readonly isDoubtful: boolean;
  /** Its output; `null` if InterCode cannot run it. */
  readonly output: string | null;
}

async function runGold(sandbox: Sandbox, record: BashTaskRecord): Promise<GoldRun> {
  const command = intercodeGold(record.gold, record.cwd ?? '/');
  if (command.kind === 'malformed') return { ended: true, isDoubtful: false, output: null };
  const result = await sandbox.exec(execRequest(command.argv, command.workdir, GOLD_TIMEOUT_MS));
  return { ended: !result.timedOut, isDoubtful: mayBeKilled(result), output: strictText(result) };
}

/** Runs the gold as InterCode does, in an untouched sandbox, once per task, image and kind of grading (first or later). */
export function intercodeGoldSource(parts: IntercodeGoldParts): IntercodeGoldSource {
  const { cache, dataset, record, gitAtRoot } = parts;
  return (image, asked) => {
    const grading = gitAtRoot ? asked : 'first';
    return cache.get(`intercode ${grading} ${dataset}/${record.id} ${image.digest}`, () =>
      beyondDoubt(() => attempt(parts, image, grading)),
    );
  };
}

async function attempt(
  { sandboxes, record, gitAtRoot }: IntercodeGoldParts,
  image: ImageRef,
  grading: Grading,
): Promise<GoldAttempt<IntercodeOutcome>> {
  await using sandbox = await sandboxes.acquire({ image: image.name, purpose: 'grading' });
  await placeTask(sandbox, record);
  if (gitAtRoot) await cleanRoot(sandbox);
  let run = await runGold(sandbox, record);
  let { isDoubtful } = run;
  if (grading === 'later' && run.ended) {
    await sandbox.exec(execRequest(['/bin/bash', '-c', GIT_RESET], '/', GOLD_TIMEOUT_MS));
    run = await runGold(sandbox, record);
    isDoubtful ||= run.isDoubtful;
  }
  if (!run.ended) return { outcome: { gold: null, ungradable: neverEnds(record) }, isDoubtful };
  await sandbox.quiesce('kill');
  const files = await fileEvidence(sandbox, { gitAtRoot, within: null });
  return { outcome: { gold: { output: run.output, ...files }, ungradable: null }, isDoubtful };
}
