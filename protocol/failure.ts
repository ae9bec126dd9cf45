import { z } from 'zod';

/** What kind of fault ended an episode. A failure is never a reward. */
export const FailureClass = z.enum(['sandbox', 'grading', 'capacity', 'server']);
export type FailureClass = z.infer<typeof FailureClass>;

/** An infrastructure fault. A result that has one also has `truncated: true` and `reward: null`. */
export const Failure = z.object({
  class: FailureClass,
  /** A code of the failure table, e.g. `sandbox_died`. */
  code: z.string(),
  /** One sentence for a person. */
  message: z.string(),
  /** Whether the same task may be tried again in a new episode. */
  retryable: z.boolean(),
  /** Whether the action of this step may have run before the fault. */
  action_may_have_run: z.boolean(),
  /** A trainer leaves the sample out: there is no reward, and the agent is not to blame. Trajectories of version 2 lack it. */
  mask_sample: z.literal(true).default(true),
});
export type Failure = z.infer<typeof Failure>;
