import type { ResetOptions } from '../../protocol/episode.ts';
import {
  type CompositeWeights,
  compositeReward,
  compositeWeights,
  explorationShare,
} from './composite-reward.ts';
import type { StatementResult } from './driver-answer.ts';
import { executionMatch } from './execution-match.ts';
import type { Gold } from './gold.ts';
import { intercodeReward } from './intercode-reward.ts';
import type { Dialect } from './task.ts';
import { hasTopLevelOrder } from './top-level-order.ts';

/** What an episode comes down to. */
export interface Attempt {
  /** The rows that stand as its answer. */
  readonly answer: StatementResult | null;
  /** Whether the answer was the only statement of its action. */
  readonly single: boolean;
  /** Statements that ran before the answer. */
  readonly earlier: readonly string[];
}

export interface Score {
  /** `null` where the gold query gives nothing to compare with. */
  readonly reward: number | null;
  readonly components: Readonly<Record<string, number>>;
}

/** Turns an attempt into a reward. */
export type Scorer = (attempt: Attempt, gold: Gold) => Score;

interface GoldQuery {
  readonly sql: string;
  readonly dialect: Dialect;
}

/** Rows that the search for an order of the columns may look at, so that a comparison never holds the server up. */
const MOST_LOOKS = 1_000_000;

/** Rows are compared as far as they are kept; their number always. */
function matches(answer: StatementResult | null, gold: StatementResult | null, query: GoldQuery): boolean {
  if (answer === null || gold === null || answer.count !== gold.count) return false;
  const maxAttempts = Math.min(10_000, Math.max(50, Math.floor(MOST_LOOKS / (gold.rows.length + 1))));
  return executionMatch(answer.rows, gold.rows, {
    ordered: hasTopLevelOrder(query.sql, query.dialect),
    maxAttempts,
  });
}

function byComposite(query: GoldQuery, weights: CompositeWeights): Scorer {
  return ({ answer, single, earlier }, gold) => {
    const parts = {
      format: answer !== null && single ? 1 : 0,
      execution: matches(answer, gold.result, query) ? 1 : 0,
      exploration: explorationShare(query.sql, gold.tables, earlier),
    };
    return { reward: compositeReward(parts, weights), components: parts };
  };
}

function byMatch(query: GoldQuery): Scorer {
  return ({ answer }, gold) => {
    const reward = matches(answer, gold.result, query) ? 1 : 0;
    return { reward, components: { execution_match: reward } };
  };
}

/** InterCode gives 0, too, where its own gold query fails. */
const byIntercode: Scorer = ({ answer }, gold) =>
  intercodeReward(answer?.rows ?? null, gold.result?.rows ?? null);

/** The scorer that options ask for. @throws {ProtocolError} `invalid_params` for weights that make no sense */
export function scorerOf(
  options: Pick<ResetOptions, 'scoring' | 'semantics' | 'weights'>,
  query: GoldQuery,
): Scorer {
  const { scoring = options.semantics === 'intercode' ? 'intercode' : 'execution_match' } = options;
  if (scoring === 'intercode') return byIntercode;
  const scorer =
    scoring === 'composite' ? byComposite(query, compositeWeights(options.weights)) : byMatch(query);
  return (attempt, gold) => (gold.result === null ? { reward: null, components: {} } : scorer(attempt, gold));
}
