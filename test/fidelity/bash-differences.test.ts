import { expect, it } from 'vitest';
import type { StepResult } from '../../protocol/episode.ts';
import { knownReason } from './bash-differences.ts';
import type { ReplayedStep } from './replay.ts';

/** A step of the task about the age of files; the reference gives each part a third. */
function replayed(
  action: string,
  parts: Record<string, number>,
  failure: object | null = null,
): ReplayedStep {
  const reference = {
    ...{ fs: 3, model: 'm', task_id: 2, query: 'q', gold: 'find /workspace -cmin -60', actions: [action] },
    ...{ observations: [''], rewards: [1], valid: [true] },
    ...{ file_diff: [0.33], file_changes: [0.33], answer_similarity: [0.33] },
  };
  const info = { duration_ms: 1, reward_components: parts };
  return { reference, step: 0, result: { failure, info } as unknown as StepResult };
}

const RECENT = 'find /workspace -type f -mmin -60';

it('explains a listed action if only the listed part differs', () => {
  const parts = { file_diff: 0.33, file_changes: 0.33, answer_similarity: 0 };
  expect(knownReason(replayed(RECENT, parts))).toContain('the age of the image');
  expect(knownReason(replayed(RECENT, { ...parts, file_changes: 0 }))).toBeNull();
  expect(knownReason(replayed(RECENT, { answer_similarity: 0 }))).toBeNull();
  expect(knownReason(replayed(RECENT, parts, { code: 'died' }))).toBeNull();
});

it('explains no other action of the task', () => {
  const parts = { file_diff: 0.33, file_changes: 0.33, answer_similarity: 0 };
  expect(knownReason(replayed('find /workspace', parts))).toBeNull();
});
