import { z } from 'zod';

/** Maximum deadline that a client may set for one action, in milliseconds. */
export const MAX_TIMEOUT_MS = 600_000;

/** Maximum number of turns that an episode may be extended by. */
export const MAX_EXTENSION = 1_000;

const metadata = z.record(z.string(), z.unknown()).optional();

/** Run code in the episode's session. */
export const CodeAction = z.strictObject({
  code: z.string(),
  /** What the code reads on standard input. @default nothing (`/dev/null`) */
  stdin: z.string().optional(),
  /** Deadline in milliseconds, 1 to 600,000. @default the server's `step_timeout_ms` */
  timeout_ms: z.number().int().min(1).max(MAX_TIMEOUT_MS).optional(),
  metadata,
});

/** End the episode and grade it. `answer` replaces the last output as the answer, if the environment allows it. */
export const SubmitAction = z.strictObject({
  submit: z.literal(true),
  answer: z.string().optional(),
  metadata,
});

/** Grade now and continue the episode. */
export const EvaluateAction = z.strictObject({ evaluate: z.literal(true), metadata });

/** End the episode ungraded, with reward 0. */
export const SkipAction = z.strictObject({ skip: z.literal(true), metadata });

/** Ask for more turns, in an episode with `extend_steps`. It is a step, and takes a turn itself. */
export const ExtendAction = z.strictObject({
  /** Turns wanted, 1 to 1,000; at most as many are added as the option leaves. */
  extend: z.number().int().min(1).max(MAX_EXTENSION),
  metadata,
});

const EXPECTED =
  'expected one of {"code": "…"}, {"submit": true}, {"evaluate": true}, {"skip": true}, {"extend": 5}, or a plain string';

export const ActionObject = z.union([CodeAction, SubmitAction, EvaluateAction, SkipAction, ExtendAction], {
  error: EXPECTED,
});
export type ActionObject = z.infer<typeof ActionObject>;

/** An action object, or a plain string as InterCode meant it (`"ls"`, `"submit"`, `"skip"`). */
export const Action = z.union([z.string(), ActionObject], { error: EXPECTED });
export type Action = z.infer<typeof Action>;

/** `submit`, alone or followed by white space and an answer; not a command such as `submit_job`. */
const SUBMIT = /^submit(?=\s|$)/;

/**
 * The action object that a plain string stands for: `skip` skips, `submit` submits (the text after white space is the
 * answer), anything else is code.
 */
export function parseAction(action: Action): ActionObject {
  if (typeof action !== 'string') return action;
  if (action === 'skip') return { skip: true };
  if (!SUBMIT.test(action)) return { code: action };
  const answer = action.slice('submit'.length).trim();
  return answer === '' ? { submit: true } : { submit: true, answer };
}
