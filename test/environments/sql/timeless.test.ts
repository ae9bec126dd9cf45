import { describe, expect, it } from 'vitest';
import { isTimeless } from '../../../environments/sql/timeless.ts';

describe('isTimeless', () => {
  it.each([
    'SELECT name FROM singer WHERE age > 3 -- now()',
    "SELECT 'rand' FROM t WHERE day > '2020-01-01'",
    'SELECT datetime, time FROM flight',
  ])('holds of %s', (sql) => {
    expect([isTimeless(sql, 'sqlite'), isTimeless(sql, 'mysql')]).toEqual([true, true]);
  });

  it.each([
    'SELECT NOW()',
    'SELECT CURRENT_DATE',
    'SELECT * FROM t ORDER BY RAND()',
    'SELECT Current_Timestamp()',
  ])('does not hold of %s', (sql) => {
    expect([isTimeless(sql, 'sqlite'), isTimeless(sql, 'mysql')]).toEqual([false, false]);
  });

  it.each([
    "SELECT date('now')",
    "SELECT strftime('%Y', 'NOW')",
    'SELECT datetime( )',
    "SELECT strftime('%Y')",
  ])('does not hold of SQLite’s %s', (sql) => {
    expect(isTimeless(sql, 'sqlite')).toBe(false);
  });
});
