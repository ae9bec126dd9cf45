import type { Dialect } from './task.ts';

const COMMON = [
  String.raw`\/\*[\s\S]*?(?:\*\/|$)`,
  String.raw`[\p{L}_$][\p{L}\p{N}_$]*`,
  String.raw`\d[\w.]*`,
  String.raw`\s+`,
  String.raw`[\s\S]`,
];
/** Strings and quoted names with their doubled quotes. */
const SQLITE = ["'(?:[^']|'')*'", '"(?:[^"]|"")*"', String.raw`\[[^\]]*\]`, '--[^\n]*'];
/** A backslash escapes in strings; `--` begins a comment only before white space; what `/*!` holds is executed. */
const MYSQL = [
  String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`,
  String.raw`"(?:[^"\\]|\\[\s\S]|"")*"`,
  String.raw`--(?=\s|$)[^\n]*`,
  '#[^\n]*',
  String.raw`\/\*!\d*`,
];
const BACKTICKS = '`(?:[^`]|``)*`';
const IGNORED = /^(?:\s|--.|--$|#|\/\*)/;

/** Words, quoted texts and signs of an SQL text, without comments and white space. */
function tokens(sql: string, dialect: Dialect): string[] {
  const own = dialect === 'sqlite' ? SQLITE : MYSQL;
  const pattern = new RegExp([...own, BACKTICKS, ...COMMON].join('|'), 'gu');
  return [...sql.matchAll(pattern)].map(([token]) => token).filter((token) => !IGNORED.test(token));
}

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
