import type { Explanation } from '../../protocol/explanation.ts';
import type { Verified } from './verifier.ts';

/** What was graded. */
export interface GradedStep {
  readonly verified: Verified;
  readonly components: Readonly<Record<string, number>>;
  /** Name of the step, for a task with several. */
  readonly step: string | null;
}

/** Why the reward of a verifier is what it is. */
export function explainedVerifier({ verified, components, step }: GradedStep): Explanation {
  const { exitCode, output, scored } = verified;
  const source = step === null ? 'A number that the verifier wrote.' : 'The reward of a step of the task.';
  return {
    kind: 'verifier',
    components: Object.entries(components).map(([name, value]) => ({ name, value, made_of: source })),
    notes: [
      ...(step === null ? [] : [`The step ${step} was verified.`]),
      ...(typeof scored === 'string' ? [`There is no reward: ${scored}.`] : []),
      ...(exitCode === null || exitCode === 0 ? [] : [`The verifier ended with exit status ${exitCode}.`]),
    ],
    verifier: { output, exit_code: exitCode },
  };
}
