import { describe, expect, test } from 'vitest';
import { sql } from '../../environments/sql/definition.ts';
import { SqlTaskRecord } from '../../environments/sql/task.ts';

const { databases = [] } = sql.builtIn;

const DIFFICULTIES = ['easy', 'medium', 'hard'];
const TOPICS = [
  'join',
  'having',
  'subquery',
  'sets',
  'null',
  'dates',
  'strings',
  'window',
  'cte',
  'case',
  'order',
];

describe('the built-in SQL databases', () => {
  test('are at least three of four to seven tables, each with rows', () => {
    expect(databases.length).toBeGreaterThanOrEqual(3);
    for (const { schema, data } of databases) {
      const text = JSON.stringify(schema);
      const tables = new Set([...text.matchAll(/CREATE TABLE (\w+)/g)].map(([, name]) => name));
      expect(tables.size).toBeGreaterThanOrEqual(4);
      expect(tables.size).toBeLessThanOrEqual(7);
      for (const table of tables) expect(JSON.stringify(data)).toContain(`INSERT INTO ${table} (`);
    }
  });

  test('need no escapes that the dialects read differently', () => {
    for (const { data } of databases) expect(data).not.toContain('\\');
  });
});

describe('the built-in SQL tasks', () => {
  test('have ids and instructions of their own', () => {
    expect(sql.builtIn.tasks.length).toBeGreaterThanOrEqual(60);
    expect(new Set(sql.builtIn.tasks.map(({ id }) => id)).size).toBe(sql.builtIn.tasks.length);
    expect(new Set(sql.builtIn.tasks.map(({ instruction }) => instruction)).size).toBe(
      sql.builtIn.tasks.length,
    );
  });

  test('cover every difficulty and many topics', () => {
    const tags = sql.builtIn.tasks.flatMap((task) => task.tags ?? []);
    const count = (tag: string) => tags.filter((other) => other === tag).length;
    for (const difficulty of DIFFICULTIES) expect(count(difficulty)).toBeGreaterThanOrEqual(12);
    for (const topic of TOPICS) expect(count(topic)).toBeGreaterThanOrEqual(2);
  });

  test.each(sql.builtIn.tasks)('$id is a valid record about a built-in database', (task) => {
    expect(SqlTaskRecord.safeParse(task).error).toBeUndefined();
    expect(task.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect(databases.map(({ name }) => name)).toContain(task.database);
    expect((task.tags ?? []).filter((tag) => DIFFICULTIES.includes(tag))).toHaveLength(1);
    expect((task.tags ?? []).length).toBeGreaterThanOrEqual(2);
    const wrong = task.wrong ?? [];
    expect(wrong.length).toBeGreaterThanOrEqual(2);
    expect(new Set([...wrong, task.gold].map((query) => JSON.stringify(query))).size).toBe(wrong.length + 1);
  });
});
