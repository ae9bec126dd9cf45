import { canonicalJson } from '../../../protocol/trajectory.ts';
import { typed } from './episode-text.ts';
import type { WholeRecording } from './source.ts';

/** A step of each of two episodes, side by side. */
export interface AlignedStep {
  readonly step: number;
  /** `null`: the episode has no such step. */
  readonly left: ComparedStep | null;
  readonly right: ComparedStep | null;
  /** What differs. */
  readonly differs: readonly ('action' | 'output' | 'reward')[];
}

export interface ComparedStep {
  readonly action: string;
  readonly output: string;
  readonly reward: number | null;
}

/** The steps that count, by number. */
function stepsOf({ events }: WholeRecording): ComparedStep[] {
  const steps: ComparedStep[] = [];
  for (const event of events) {
    if (event.event === 'undo') steps.length = Math.min(steps.length, event.to_step);
    if (event.event !== 'step') continue;
    steps.length = Math.min(steps.length, event.step - 1);
    steps.push({ action: typed(event.action), output: event.observation.output, reward: event.reward });
  }
  return steps;
}

/** Two episodes, step by step. */
export function aligned(left: WholeRecording, right: WholeRecording): AlignedStep[] {
  const [ours, theirs] = [stepsOf(left), stepsOf(right)];
  return Array.from({ length: Math.max(ours.length, theirs.length) }, (_, at) => {
    const [one, other] = [ours[at] ?? null, theirs[at] ?? null];
    const parts = ['action', 'output', 'reward'] as const;
    const differs = parts.filter(
      (part) => canonicalJson(one?.[part] ?? null) !== canonicalJson(other?.[part] ?? null),
    );
    return { step: at + 1, left: one, right: other, differs };
  });
}
