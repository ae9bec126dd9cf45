import { z } from 'zod';

/** Maximum JSON of an explanation, in UTF-16 code units. */
export const MAX_EXPLANATION = 65_536;

/** A component of a reward, and what it is made of. */
export const ExplainedComponent = z.object({
  name: z.string(),
  value: z.number(),
  /** What a full component is worth in the reward, if that is a constant. */
  weight: z.number().optional(),
  /** A sentence. */
  made_of: z.string(),
});
export type ExplainedComponent = z.infer<typeof ExplainedComponent>;

/**
 * A path that the agent left in another state than the gold. `added`: only the agent changed it; `missing`: only the gold did.
 * The other words name what differs: the content, the kind of change or of file, permission bits, owner, target of a link.
 */
export const ExplainedPath = z.object({
  path: z.string(),
  difference: z.enum(['added', 'missing', 'content', 'kind', 'mode', 'owner', 'target']),
  /** From the gold's text (`-`) to the agent's (`+`), in the unified format. */
  diff: z.string().optional(),
  note: z.string().optional(),
});
export type ExplainedPath = z.infer<typeof ExplainedPath>;

/** Expected and given answer. */
export const ExplainedAnswer = z.object({
  expected: z.string(),
  given: z.string(),
  /** Offset of the first difference in both texts, in UTF-16 code units; `null` if they are equal. */
  first_difference: z.number().int().min(0).nullable(),
});
export type ExplainedAnswer = z.infer<typeof ExplainedAnswer>;

const Row = z.array(z.unknown());

/** Rows that differ, as multisets; at most a few of each are listed. */
export const ExplainedRows = z.object({
  columns: z.object({ expected: z.array(z.string()), given: z.array(z.string()) }),
  expected_count: z.number().int().min(0),
  given_count: z.number().int().min(0),
  /** Rows of the gold that the answer does not have. */
  missing: z.array(Row),
  /** Rows of the answer that the gold does not have. */
  extra: z.array(Row),
  /** Whether the order of rows counts. */
  ordered: z.boolean(),
  /** Index of the first row that differs at its place; `null` if there is none. */
  first_wrong_row: z.number().int().min(0).nullable(),
});
export type ExplainedRows = z.infer<typeof ExplainedRows>;

/** One hidden test. */
export const ExplainedTest = z.object({
  name: z.string(),
  /** What the test runs. */
  call: z.string(),
  passed: z.boolean(),
  expected: z.string().optional(),
  got: z.string().optional(),
  error: z.string().optional(),
});
export type ExplainedTest = z.infer<typeof ExplainedTest>;

/**
 * Why a grade gave its reward. It is for the operator: it may hold the gold's outcome and hidden tests, and no client that plays
 * an episode gets it. Its texts come from agents and tasks.
 */
export const Explanation = z.object({
  /** What was compared. Readers show those that they do not know by `components` and `notes`. */
  kind: z.string(),
  components: z.array(ExplainedComponent),
  /** Sentences. */
  notes: z.array(z.string()),
  paths: z.array(ExplainedPath).optional(),
  answer: ExplainedAnswer.optional(),
  rows: ExplainedRows.optional(),
  tests: z.array(ExplainedTest).optional(),
  verifier: z.object({ output: z.string(), exit_code: z.number().int().nullable() }).optional(),
  /** Whether something was left out to keep it small. */
  cut: z.boolean().optional(),
});
export type Explanation = z.infer<typeof Explanation>;
