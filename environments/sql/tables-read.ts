import type { Dialect } from './task.ts';
import { nameOf, tokens } from './tokens.ts';

/** The state of a pair of parentheses, or of a statement. */
interface Level {
  /** A SELECT began here, so its FROM may follow. In `EXTRACT(YEAR FROM x)` there is no SELECT. */
  readsRows: boolean;
  /** Inside the tables of a FROM. */
  inTables: boolean;
  /** A table comes next. */
  tableNext: boolean;
}

const READS_ROWS = new Set(['select', 'show', 'delete']);
const JOINS = new Set(['join', 'straight_join']);
/** Words that end the tables of a FROM. */
const ENDS = new Set(
  'where group having order limit window union intersect except for values set into returning'.split(' '),
);
/** First words of statements that name a table at once, such as `DESCRIBE singer`. */
const DESCRIBES = new Set(['describe', 'desc', 'explain', 'table']);
/** Explained statements are not run. */
const EXPLAINED = new Set(['select', 'with', 'insert', 'update', 'delete', 'analyze', 'query', 'format']);
const TABLE_PRAGMAS = new Set(['table_info', 'table_xinfo']);

function statementsOf(all: readonly string[]): string[][] {
  const statements: string[][] = [[]];
  for (const token of all) {
    if (token === ';') statements.push([]);
    else statements.at(-1)?.push(token);
  }
  return statements;
}

/** Names of the queries of a WITH: `name AS (` or `name (columns) AS (`. */
function namedQueries(statement: readonly string[], dialect: Dialect): ReadonlySet<string> {
  const found = new Set<string>();
  statement.forEach((token, at) => {
    if (token.toLowerCase() !== 'as') return;
    const rest = statement.slice(at + 1, at + 4).map((next) => next.toLowerCase());
    const body = rest[0] === 'not' ? rest[2] : rest[0] === 'materialized' ? rest[1] : rest[0];
    if (body !== '(') return;
    let name = at - 1;
    if (statement[name] === ')') name = statement.lastIndexOf('(', name) - 1;
    const named = nameOf(statement[name] ?? "''", dialect);
    if (named !== null) found.add(named);
  });
  return found;
}

function readBy(statement: readonly string[], dialect: Dialect, found: Set<string>): void {
  const words = statement.map((token) => nameOf(token, dialect));
  const isWord = (at: number) => /^[\p{L}_]/u.test(statement[at] ?? '');
  const [first, second] = words;
  if (first === 'pragma') {
    const at = words.findIndex((word) => word !== null && TABLE_PRAGMAS.has(word));
    const table = at < 0 ? null : words[at + 2];
    if (typeof table === 'string') found.add(table);
    return;
  }
  const described = DESCRIBES.has(first ?? '');
  if (described && EXPLAINED.has(second ?? '')) return;
  const ownNames = namedQueries(statement, dialect);
  const levels: Level[] = [{ readsRows: false, inTables: false, tableNext: false }];
  for (let at = 0; at < statement.length; at += 1) {
    const level = levels.at(-1) as Level;
    const word = words[at] ?? '';
    const token = statement[at];
    if (at === 0 && described) level.tableNext = true;
    else if (token === '(') {
      const { tableNext } = level;
      level.tableNext = false;
      levels.push({ readsRows: false, inTables: tableNext, tableNext });
    } else if (token === ')') {
      if (levels.length > 1) levels.pop();
    } else if (token === ',') level.tableNext = level.inTables;
    else if (isWord(at) && READS_ROWS.has(word)) {
      Object.assign(level, { readsRows: true, inTables: false, tableNext: false });
    } else if (isWord(at) && word === 'from') {
      const begins = level.readsRows && words[at - 1] !== 'distinct';
      if (begins) Object.assign(level, { inTables: true, tableNext: true });
    } else if (isWord(at) && JOINS.has(word)) level.tableNext = level.inTables;
    else if (isWord(at) && ENDS.has(word)) Object.assign(level, { inTables: false, tableNext: false });
    else if (level.tableNext && !(isWord(at) && word === 'lateral')) {
      level.tableNext = false;
      let name = at;
      while (statement[name + 1] === '.') name += 2;
      const table = words[name];
      const isOwn = name === at && ownNames.has(word);
      if (typeof table === 'string' && statement[name + 1] !== '(' && !isOwn) found.add(table);
      at = name;
    }
  }
}

/**
 * Names, in lower case, of the tables whose rows or columns the statements read: the names after FROM and JOIN, `DESCRIBE`,
 * `SHOW COLUMNS FROM` or `PRAGMA table_info`. Not aliases, queries of a WITH, functions, explained statements, or a text
 * with a comment that MySQL executes depending on its version.
 */
export function tablesRead(sql: string, dialect: Dialect): ReadonlySet<string> {
  const found = new Set<string>();
  if (dialect === 'mysql' && sql.includes('/*!')) return found;
  for (const statement of statementsOf(tokens(sql, dialect))) readBy(statement, dialect, found);
  return found;
}
