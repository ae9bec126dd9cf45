import { ProtocolError } from '../../protocol/errors.ts';
import { tablesRead } from './tables-read.ts';
import type { Dialect } from './task.ts';

/** A task's gold query. */
export interface GoldQuery {
  readonly sql: string;
  readonly dialect: Dialect;
}

/** Parts of the composite reward, each from 0 to 1. */
export interface CompositeParts {
  /** The answer is one statement that ran without an error, gave rows, and reads a table of the database. */
  readonly format: number;
  /** The answer's rows equal those of the gold query, by `execution_match`. */
  readonly execution: number;
  /** Share of the tables of the gold query that the agent's statements read before its answer. */
  readonly exploration: number;
}

export type CompositeWeights = Readonly<Record<keyof CompositeParts, number>>;

const DEFAULT_WEIGHTS: CompositeWeights = { format: 0.1, execution: 0.8, exploration: 0.1 };

function refusal(message: string): ProtocolError {
  return new ProtocolError('invalid_params', `weights: ${message}`, {
    issues: [{ field: 'weights', code: 'invalid', message }],
  });
}

/**
 * The weights of the parts; a part that is not named keeps its default.
 * @throws {ProtocolError} `invalid_params` for an unknown part, or if all weights are 0
 */
export function compositeWeights(given: Readonly<Record<string, number>> = {}): CompositeWeights {
  const names = Object.keys(DEFAULT_WEIGHTS);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw refusal(`unknown part ${JSON.stringify(unknown)}; known parts are ${names.join(', ')}`);
  }
  const weights = { ...DEFAULT_WEIGHTS, ...given };
  if (Object.values(weights).every((weight) => weight === 0))
    throw refusal('at least one weight must be above 0');
  return weights;
}

/** Whether a query reads one of these tables. */
export function readsAny({ sql, dialect }: GoldQuery, tables: readonly string[]): boolean {
  const read = tablesRead(sql, dialect);
  return tables.some((table) => read.has(table.toLowerCase()));
}

/** Share of the gold query's tables that earlier statements read; `null` if it reads none. */
export function explorationShare(
  gold: GoldQuery,
  tables: readonly string[],
  earlier: readonly string[],
): number | null {
  const wanted = tablesRead(gold.sql, gold.dialect);
  const read = tables.map((table) => table.toLowerCase()).filter((table) => wanted.has(table));
  if (read.length === 0) return null;
  const seen = earlier.map((sql) => tablesRead(sql, gold.dialect));
  return read.filter((table) => seen.some((named) => named.has(table))).length / read.length;
}

/**
 * Mean of the parts by their weights, in the manner of ReEx-SQL (execution-aware reinforcement learning for
 * text-to-SQL), whose reward adds parts for format, execution and exploration.
 */
export function compositeReward(parts: CompositeParts, weights: CompositeWeights): number {
  const names = Object.keys(DEFAULT_WEIGHTS) as (keyof CompositeParts)[];
  const total = names.reduce((sum, name) => sum + weights[name], 0);
  return names.reduce((sum, name) => sum + weights[name] * parts[name], 0) / total;
}

/** Reward of the gold query as the only action: it has explored nothing, unless there is nothing to explore. */
export function rewardOfGoldAlone({ sql, dialect }: GoldQuery, weights: CompositeWeights): number {
  const exploration = tablesRead(sql, dialect).size === 0 ? 1 : 0;
  return compositeReward({ format: 1, execution: 1, exploration }, weights);
}
