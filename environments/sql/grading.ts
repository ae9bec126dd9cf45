import type { Semantics } from '../definition.ts';
import {
  type CompositeWeights,
  compositeReward,
  compositeWeights,
  explorationShare,
  type GoldQuery,
  readsAny,
} from './composite-reward.ts';
import { executionMatch } from './execution-match.ts';
import type { Gold } from './gold.ts';
import { intercodeReward } from './intercode-reward.ts';
import type { SqlOptions } from './options.ts';
import type { SqlRow } from './sql-value.ts';
import { hasTopLevelOrder } from './top-level-order.ts';

/** The rows that stand as an answer. */
export interface Answer {
  /** How many there are in truth. */
  readonly count: number;
  /** All that are kept; `null` where they went with the session. Asked for only where they decide. */
  rows(): Promise<readonly SqlRow[] | null>;
}

/** What an episode comes down to. */
export interface Attempt {
  readonly answer: Answer | null;
  /** The action that gave the answer; blank where there is none. */
  readonly sql: string;
  /** Whether the answer was the only statement of its action. */
  readonly single: boolean;
  /** Statements that ran before the answer. */
  readonly earlier: readonly string[];
}

export interface RowsGrade {
  /** `null` where there is nothing to compare with. */
  readonly reward: number | null;
  /** Whether the rows are the gold's; by InterCode's formula, whether the reward is full. @default false */
  readonly success?: boolean;
  readonly components: Readonly<Record<string, number>>;
  /** Why there is no reward. */
  readonly ungraded?: string;
}

/** Turns an attempt into a reward. */
export type Grader = (attempt: Attempt, gold: Gold) => Promise<RowsGrade>;

type GoldRows = NonNullable<Gold['result']>;

/** A grader for a gold query that gave rows. */
type RowsGrader = (attempt: Attempt, gold: GoldRows, tables: readonly string[]) => Promise<RowsGrade>;

/** Rows that the search for an order of the columns may look at, so that a comparison never holds the server up. */
const MOST_LOOKS = 1_000_000;

function ungraded(why: string): RowsGrade {
  return { reward: null, components: {}, ungraded: why };
}

function tooLarge({ rows, count }: GoldRows): RowsGrade {
  return ungraded(
    `The gold query of this task gives ${count} rows, of which only ${rows.length} are kept: too many to compare.`,
  );
}

/**
 * Whether the rows are the gold's; `null` where not all of the gold's are kept and only they could tell. An answer of
 * which less is kept than of the gold has other rows.
 */
async function matches(answer: Answer | null, gold: GoldRows, query: GoldQuery): Promise<boolean | null> {
  if (answer === null || answer.count !== gold.count) return false;
  if (gold.rows.length < gold.count) return null;
  const maxAttempts = Math.min(10_000, Math.max(50, Math.floor(MOST_LOOKS / (gold.rows.length + 1))));
  return executionMatch(await answer.rows(), gold.rows, {
    ordered: hasTopLevelOrder(query.sql, query.dialect),
    maxAttempts,
  });
}

function byComposite(query: GoldQuery, weights: CompositeWeights): RowsGrader {
  return async ({ answer, sql, single, earlier }, gold, tables) => {
    const same = await matches(answer, gold, query);
    if (same === null) return tooLarge(gold);
    const wellFormed = answer !== null && single;
    const reads = readsAny(query, tables) ? readsAny({ ...query, sql }, tables) : same;
    const parts = {
      format: wellFormed && reads ? 1 : 0,
      execution: same ? 1 : 0,
      // Where the gold reads no table, there is nothing to look into, and no merit in it.
      exploration: explorationShare(query, tables, earlier) ?? (same ? 1 : 0),
    };
    return { reward: compositeReward(parts, weights), success: same, components: parts };
  };
}

function byMatch(query: GoldQuery): RowsGrader {
  return async ({ answer }, gold) => {
    const same = await matches(answer, gold, query);
    if (same === null) return tooLarge(gold);
    const reward = same ? 1 : 0;
    return { reward, success: same, components: { execution_match: reward } };
  };
}

/** InterCode gives 0, too, where its own gold query fails. */
const byIntercode: Grader = async ({ answer }, { result: gold }) => {
  if (answer === null || gold === null) return { ...intercodeReward(null, null), success: false };
  if (answer.count > 0 && gold.rows.length < gold.count) return tooLarge(gold);
  const graded = intercodeReward(await answer.rows(), gold.rows, answer.count);
  return { ...graded, success: graded.reward === 1 };
};

/** The grader that options ask for. @throws {ProtocolError} `invalid_params` for weights that make no sense */
export function graderOf(
  options: Pick<SqlOptions, 'scoring' | 'weights'> & { readonly semantics?: Semantics | undefined },
  query: GoldQuery,
): Grader {
  const { scoring = options.semantics === 'intercode' ? 'intercode' : 'execution_match' } = options;
  if (scoring === 'intercode') return byIntercode;
  const grader =
    scoring === 'composite' ? byComposite(query, compositeWeights(options.weights)) : byMatch(query);
  return async (attempt, { result, error, tables }) => {
    if (result !== null) return grader(attempt, result, tables);
    return ungraded(`The gold query of this task fails: ${error?.message ?? 'it gives no rows'}`);
  };
}
