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

/** The rows of an answer. */
export interface Answer {
  readonly columns: readonly string[];
  /** True number of rows. */
  readonly count: number;
  /** Those rows that need not be asked for: all that were fetched, else the first ones. */
  known(): readonly SqlRow[];
  /** All kept rows; `null` if they were lost with the session. Called only if they decide the reward. */
  rows(): Promise<readonly SqlRow[] | null>;
}

/** The parts of an episode that decide its reward. */
export interface Attempt {
  readonly answer: Answer | null;
  /** The action that gave the answer; empty if there is none. */
  readonly sql: string;
  /** Whether the answer was the only statement of its action. */
  readonly single: boolean;
  /** Statements that ran before the answer. */
  readonly earlier: readonly string[];
}

export interface RowsGrade {
  /** `null` if there is nothing to compare with. */
  readonly reward: number | null;
  /** Whether the rows equal the gold's; with InterCode's formula, whether the reward is full. @default false */
  readonly success?: boolean;
  readonly components: Readonly<Record<string, number>>;
  /** Why `reward` is `null`. */
  readonly ungraded?: string;
  /** Whether the grade needed rows of the answer that were lost with the session: they count as different. @default false */
  readonly rowsLost?: boolean;
}

/** Turns an attempt into a reward. */
export type Grader = (attempt: Attempt, gold: Gold) => Promise<RowsGrade>;

type GoldRows = NonNullable<Gold['result']>;

/** A grader for a gold query that gave rows. */
type RowsGrader = (attempt: Attempt, gold: GoldRows, tables: readonly string[]) => Promise<RowsGrade>;

/** Maximum rows that the search for a column order reads, so that a comparison never blocks the server. */
const MOST_LOOKS = 1_000_000;

function ungraded(why: string): RowsGrade {
  return { reward: null, components: {}, ungraded: why };
}

function tooLarge({ rows, count }: GoldRows): RowsGrade {
  return ungraded(
    `The gold query of this task gives ${count} rows, of which only ${rows.length} are kept: too many to compare.`,
  );
}

/** How an answer compares to the gold. `too_many`: that depends on rows of the gold that are not kept. */
type Match = 'same' | 'different' | 'lost' | 'too_many';

/** An answer with fewer kept rows than the gold has other rows. */
async function matchOf(answer: Answer | null, gold: GoldRows, query: GoldQuery): Promise<Match> {
  if (answer === null || answer.count !== gold.count) return 'different';
  if (gold.rows.length < gold.count) return 'too_many';
  const rows = await answer.rows();
  if (rows === null) return 'lost';
  const maxAttempts = Math.min(10_000, Math.max(50, Math.floor(MOST_LOOKS / (gold.rows.length + 1))));
  const ordered = hasTopLevelOrder(query.sql, query.dialect);
  return executionMatch(rows, gold.rows, { ordered, maxAttempts }) ? 'same' : 'different';
}

function lossOf(isLost: boolean): Pick<RowsGrade, 'rowsLost'> {
  return isLost ? { rowsLost: true } : {};
}

function byComposite(query: GoldQuery, weights: CompositeWeights): RowsGrader {
  return async ({ answer, sql, single, earlier }, gold, tables) => {
    const match = await matchOf(answer, gold, query);
    if (match === 'too_many') return tooLarge(gold);
    const same = match === 'same';
    const wellFormed = answer !== null && single;
    const reads = readsAny(query, tables) ? readsAny({ ...query, sql }, tables) : same;
    const parts = {
      format: wellFormed && reads ? 1 : 0,
      execution: same ? 1 : 0,
      // If the gold reads no table, there is nothing to explore, so exploration earns nothing of its own.
      exploration: explorationShare(query, tables, earlier) ?? (same ? 1 : 0),
    };
    const reward = compositeReward(parts, weights);
    return { reward, success: same, components: parts, ...lossOf(match === 'lost') };
  };
}

function byMatch(query: GoldQuery): RowsGrader {
  return async ({ answer }, gold) => {
    const match = await matchOf(answer, gold, query);
    if (match === 'too_many') return tooLarge(gold);
    const reward = match === 'same' ? 1 : 0;
    const components = { execution_match: reward };
    return { reward, success: match === 'same', components, ...lossOf(match === 'lost') };
  };
}

/** InterCode also gives 0 if its own gold query fails. */
const byIntercode: Grader = async ({ answer }, { result: gold }) => {
  if (answer === null || gold === null) return { ...intercodeReward(null, null), success: false };
  if (answer.count > 0 && gold.rows.length < gold.count) return tooLarge(gold);
  const rows = await answer.rows();
  const graded = intercodeReward(rows, gold.rows, answer.count);
  return { ...graded, success: graded.reward === 1, ...lossOf(rows === null) };
};

/** The grader of these options. @throws {ProtocolError} `invalid_params` for invalid weights */
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
