import type { Dialect } from './task.ts';
import { tokens } from './tokens.ts';

/** The last statement that is not empty. */
function lastStatement(all: readonly string[]): readonly string[] {
  let end = all.length;
  while (all[end - 1] === ';') end -= 1;
  return all.slice(all.lastIndexOf(';', end - 1) + 1, end);
}

/** Whether the parenthesis that opens the statement closes at its very end. */
function enclosed(statement: readonly string[]): boolean {
  if (statement[0] !== '(') return false;
  let depth = 0;
  for (const [at, token] of statement.entries()) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (depth === 0) return at === statement.length - 1;
  }
  return false;
}

/**
 * Whether the result of a query has an order: its last statement has an ORDER BY of its own, outside of subqueries,
 * common table expressions, window and aggregate functions, strings, quoted names and comments.
 */
export function hasTopLevelOrder(sql: string, dialect: Dialect): boolean {
  let statement = lastStatement(tokens(sql, dialect));
  while (enclosed(statement)) statement = statement.slice(1, -1);
  let depth = 0;
  for (const [at, token] of statement.entries()) {
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    const isOrder = depth === 0 && token.toLowerCase() === 'order' && statement[at - 1] !== '.';
    if (isOrder && statement[at + 1]?.toLowerCase() === 'by') return true;
  }
  return false;
}
