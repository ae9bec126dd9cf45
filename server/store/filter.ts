import type { TrajectoryFilter } from '../../protocol/operator.ts';

/** A condition of SQL with its values. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DAY_MS = UNIT_MS.d;

/** A moment of a filter, in milliseconds since 1970. @param endOfDay whether a day means its end */
export function momentMs(text: string, now: number, endOfDay = false): number {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (!text.includes('T')) return Date.parse(`${text}T00:00:00Z`) + (endOfDay ? DAY_MS : 0);
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`);
}

function comparison(reward: string): Condition {
  const [, operator = '', number = ''] = /^(<=|>=|<|>|=)(.*)$/.exec(reward) ?? [];
  if (operator === '') return { sql: 'reward IS NULL', values: [] };
  // Equal as far as a person can write it: 0.67 finds two thirds rounded by a reward.
  if (operator === '=') return { sql: 'abs(reward - ?) < 1e-9', values: [Number(number)] };
  return { sql: `reward ${operator} ?`, values: [Number(number)] };
}

/**
 * The condition of a filter.
 * @param now milliseconds since 1970
 */
export function conditionOf(filter: TrajectoryFilter, now: number): Condition {
  const { environment, dataset, task, tag, reward, success, failure, since, until, open } = filter;
  const all: Condition[] = [];
  const add = (sql: string, ...values: (string | number)[]): void => void all.push({ sql, values });
  if (environment !== undefined) add('environment = ?', environment);
  if (dataset !== undefined) add('dataset = ?', dataset);
  if (task !== undefined) add('task = ?', task);
  if (tag !== undefined) add('path IN (SELECT path FROM tag WHERE tag = ?)', tag);
  if (reward !== undefined) all.push(comparison(reward));
  if (success !== undefined) add(success ? 'success = 1' : '(success = 0 OR success IS NULL)');
  if (typeof failure === 'string') add('failure = ?', failure);
  if (typeof failure === 'boolean') add(`failure IS ${failure ? 'NOT ' : ''}NULL`);
  if (since !== undefined) add('begun >= ?', momentMs(since, now));
  if (until !== undefined) add('begun < ?', momentMs(until, now, true));
  if (open !== undefined) add(`"end" IS ${open ? '' : 'NOT '}NULL`);
  return {
    sql: all.length === 0 ? '1' : all.map(({ sql }) => sql).join(' AND '),
    values: all.flatMap(({ values }) => values),
  };
}
