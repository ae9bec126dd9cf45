import { describe, expect, it } from 'vitest';
import { hasTopLevelOrder } from '../../../environments/sql/top-level-order.ts';

const ORDERED = [
  'SELECT a FROM t ORDER BY a',
  'select a from t\norder\tby a desc limit 3',
  'SELECT a FROM t ORDER/* by what? */BY a;',
  'SELECT a FROM t UNION SELECT b FROM u ORDER BY 1',
  'WITH x AS (SELECT a FROM t) SELECT a FROM x ORDER BY a',
  '(SELECT a FROM t ORDER BY a LIMIT 3)',
  '((SELECT a FROM t ORDER BY a));',
  'SELECT 1; SELECT a FROM t ORDER BY a;; ',
  "SELECT ')' FROM t ORDER BY a",
  'SELECT "(" FROM t ORDER BY a',
  'SELECT `(` FROM t ORDER BY a',
  "SELECT 'it''s (' FROM t ORDER BY a",
  'SELECT a -- (\nFROM t ORDER BY a',
];
const UNORDERED = [
  '',
  'SELECT a FROM t',
  'SELECT a FROM (SELECT a FROM t ORDER BY a) AS x',
  '(SELECT a FROM t ORDER BY a LIMIT 1) UNION (SELECT a FROM u ORDER BY a LIMIT 1)',
  'WITH x AS (SELECT a FROM t ORDER BY a) SELECT a FROM x',
  'SELECT ROW_NUMBER() OVER (PARTITION BY b ORDER BY a) FROM t',
  "SELECT GROUP_CONCAT(a ORDER BY a SEPARATOR ', ') FROM t",
  "SELECT ' ORDER BY a' FROM t",
  'SELECT a AS "ORDER BY" FROM t',
  'SELECT a AS `order by` FROM t',
  'SELECT a FROM t -- ORDER BY a',
  'SELECT a FROM t /* ORDER BY a */',
  'SELECT a FROM t /* ORDER BY a',
  'SELECT a FROM t ORDER BY a; SELECT a FROM t',
  'SELECT order_by FROM reorder',
  "SELECT a FROM t WHERE b = 'x''' AND c = ' ORDER BY '",
];

describe.each(['sqlite', 'mysql'] as const)('hasTopLevelOrder in %s', (dialect) => {
  it.each(ORDERED)('sees the order of %s', (sql) => {
    expect(hasTopLevelOrder(sql, dialect)).toBe(true);
  });

  it.each(UNORDERED)('sees none in %s', (sql) => {
    expect(hasTopLevelOrder(sql, dialect)).toBe(false);
  });
});

describe('hasTopLevelOrder where the dialects differ', () => {
  it.each([
    ['a backslash before a quote', String.raw`SELECT '\' ORDER BY a -- '`, true, false],
    ['a comment after #', 'SELECT a FROM t # ORDER BY a', true, false],
    ['two minus signs without a space', 'SELECT 1--1 FROM t ORDER BY a', false, true],
    ['a comment that MySQL executes', 'SELECT a FROM t /*!50000 ORDER BY a */', false, true],
    ['a name in brackets', 'SELECT [ORDER BY] FROM t', false, true],
  ])('reads %s as each does', (_, sql, sqlite, mysql) => {
    expect(hasTopLevelOrder(sql, 'sqlite')).toBe(sqlite);
    expect(hasTopLevelOrder(sql, 'mysql')).toBe(mysql);
  });
});
