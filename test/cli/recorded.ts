import { createHash } from 'node:crypto';
import { canonicalJson, TRAJECTORY_VERSION } from '../../protocol/trajectory.ts';
import { FakeServer, stepResult } from '../clients/fake-server.ts';

export type Line = Record<string, unknown>;

const TIME = '2026-01-01T00:00:00.000Z';

const hashOf = (observation: unknown): string =>
  createHash('sha256').update(canonicalJson(observation)).digest('hex');

const IMAGE = { name: 'bash', digest: 'sha256:0' };
export const COMPONENTS = { file_diff: 0.33, file_changes: 0.33, answer_similarity: 0.33 };

export function resetLine(info: Record<string, unknown> = {}): Line {
  const observation = { output: 'Count the files.' };
  return {
    event: 'reset',
    version: TRAJECTORY_VERSION,
    time: TIME,
    episode_id: 'e1',
    environment: 'bash-v1',
    options: { dataset: 'builtin', max_turns: 9 },
    task: { id: 'count-files', index: 0, dataset: 'builtin', instruction: 'Count the files.' },
    observation,
    observation_sha256: hashOf(observation),
    info: { duration_ms: 5, seed: 77, image: IMAGE, engine: 'local', isolation: 'layer', ...info },
    protocol_version: 1,
    stepwell_version: '0.1.0',
  };
}

export function stepLine(step: number, action: unknown, output: string, more: Line = {}): Line {
  const result = { ...stepResult(step, output), ...more };
  return {
    event: 'step',
    time: TIME,
    ...result,
    action,
    observation_sha256: hashOf(result.observation),
  };
}

export const GRADED = {
  reward: 1,
  terminated: true,
  info: { duration_ms: 3, reward_components: COMPONENTS },
};

/** An episode of two steps, a grade between them and an orderly end. */
export function recorded(): Line[] {
  return [
    resetLine(),
    stepLine(1, 'ls | wc -l', '3\n'),
    {
      event: 'evaluate',
      time: TIME,
      after_step: 1,
      reward: 0.67,
      failure: null,
      info: { duration_ms: 2, reward_components: { ...COMPONENTS, file_changes: 0 } },
    },
    stepLine(2, { submit: true }, '', GRADED),
    { event: 'close', time: TIME, reason: 'terminated', steps: 2 },
  ];
}

export const jsonl = (lines: readonly Line[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A server that plays the recorded episode as it was, but for what a test changes. */
export function sameServer(): Promise<FakeServer> {
  return FakeServer.start({
    'episode/step': ({ params }) =>
      params.step === 1 ? stepResult(1, '3\n', { info: { duration_ms: 99 } }) : stepResult(2, '', GRADED),
    'episode/evaluate': () => ({
      reward: 0.67,
      failure: null,
      info: { duration_ms: 50, reward_components: { ...COMPONENTS, file_changes: 0 } },
    }),
  });
}
