import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import type { SqlValue } from '../../../environments/sql/sql-value.ts';
import type { SqlDatabase } from '../../../environments/sql/task.ts';
import { unlessRequired } from '../../requirements.ts';
import type { Outcome, Query } from './outcome.ts';

/** Why SQLite cannot be asked, or `null`. */
export const noSqlite = unlessRequired(
  'python',
  spawnSync('python3', ['-c', 'import sqlite3']).status === 0 ? null : 'no python3 with its sqlite3 module',
);

const PROGRAM = `
import json, sqlite3, sys
def encoded(value):
    if isinstance(value, int): return {'integer': str(value)}
    if isinstance(value, float): return {'real': repr(value)}
    if isinstance(value, bytes): return {'blob': value.hex()}
    return value
asked = json.load(sys.stdin)
databases = {}
for database in asked['databases']:
    connection = databases[database['name']] = sqlite3.connect(':memory:')
    connection.execute('PRAGMA foreign_keys = ON')
    connection.executescript(database['script'])
def answer(query):
    try:
        rows = databases[query['database']].execute(query['sql'])
        return {'rows': [[encoded(value) for value in row] for row in rows]}
    except sqlite3.Error as error:
        return {'error': str(error)}
print(json.dumps([answer(query) for query in asked['queries']]))
`;

const Value = z
  .union([
    z.null(),
    z.string(),
    z.strictObject({ integer: z.string() }),
    z.strictObject({ real: z.string() }),
    z.strictObject({ blob: z.string() }),
  ])
  .transform((value): SqlValue => {
    if (value === null || typeof value === 'string') return value;
    if ('integer' in value) return BigInt(value.integer);
    return 'real' in value ? Number(value.real) : new Uint8Array(Buffer.from(value.blob, 'hex'));
  });
const Answers = z.array(
  z.union([z.strictObject({ rows: z.array(z.array(Value)) }), z.strictObject({ error: z.string() })]),
);

function textIn(part: SqlDatabase['schema']): string {
  return typeof part === 'string' ? part : part.sqlite;
}

/** Runs all queries in one Python process, each database made anew in memory. */
export function runInSqlite(databases: readonly SqlDatabase[], queries: readonly Query[]): Outcome[] {
  const scripts = databases.map(({ name, schema, data }) => ({
    name,
    script: textIn(schema) + textIn(data),
  }));
  const run = spawnSync('python3', ['-c', PROGRAM], {
    input: JSON.stringify({ databases: scripts, queries }),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return Answers.parse(JSON.parse(run.stdout));
}
