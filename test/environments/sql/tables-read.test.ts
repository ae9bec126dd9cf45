import { describe, expect, it } from 'vitest';
import { tablesRead } from '../../../environments/sql/tables-read.ts';

const read = (sql: string, dialect: 'sqlite' | 'mysql' = 'sqlite') => [...tablesRead(sql, dialect)].sort();

describe('tablesRead', () => {
  it.each([
    ['SELECT x FROM author', ['author']],
    ['select * from A, b as c, d e join f using (x, y), g', ['a', 'b', 'd', 'f', 'g']],
    ['SELECT * FROM a JOIN b ON f(a.x, b.x) = 1 LEFT JOIN c ON a.y = c.y WHERE x IN (1, z)', ['a', 'b', 'c']],
    ['SELECT * FROM (a JOIN (b CROSS JOIN c))', ['a', 'b', 'c']],
    ['SELECT (SELECT max(x) FROM a), y FROM b WHERE EXISTS (SELECT 1 FROM c) GROUP BY y, d', ['a', 'b', 'c']],
    ['SELECT 1 FROM a UNION SELECT 2 FROM b', ['a', 'b']],
    ['SELECT * FROM main.author; SELECT 1 AS book', ['author']],
    ['WITH x AS (SELECT * FROM author) SELECT * FROM x', ['author']],
    ['describe Author', ['author']],
    ['PRAGMA table_info(author)', ['author']],
  ])('tells the tables of %s', (sql, expected) => {
    expect(read(sql)).toEqual(expected);
  });

  it.each([
    'SELECT 1 AS author',
    'SELECT 1 author',
    "SELECT 'author' -- FROM author",
    'SELECT 1 FROM (SELECT 2) AS author',
    'SELECT 1 FROM (SELECT 2) author, (SELECT 3) author',
    'WITH author AS (SELECT 1) SELECT * FROM author',
    'WITH RECURSIVE author(x) AS (SELECT 1 UNION SELECT x + 1 FROM author) SELECT * FROM author',
    'WITH a AS (SELECT 1), author (x, y) AS NOT MATERIALIZED (SELECT 1, 2) SELECT * FROM author',
    'SELECT EXTRACT(YEAR FROM author) FROM (SELECT 1 AS author) x',
    'SELECT 1 IS DISTINCT FROM author FROM (SELECT 1 AS author) x',
    'SELECT * FROM author(1)',
    'EXPLAIN SELECT * FROM author',
    'SELECT "FROM" author',
  ])('sees none of the database in %s', (sql) => {
    expect(read(sql)).not.toContain('author');
  });

  it('takes what MySQL may not execute for nothing', () => {
    expect(read('SELECT 1 /*!99999 FROM author */', 'mysql')).toEqual([]);
    expect(read('SHOW COLUMNS FROM `author`', 'mysql')).toEqual(['author']);
    expect(read('TABLE author', 'mysql')).toEqual(['author']);
  });
});
