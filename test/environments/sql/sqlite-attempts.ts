import type { Attempt } from './attempt.ts';

const CONNECTION = 'the end of its connection';
const OTHER_FILE = 'each database has its own file, and another one cannot be attached';
const NEW_LAYER = 'a new layer: the file or its change counter differs, or the authorizer saw the statement';
const AUTHORIZER = "SQLite's authorizer";

export const SQLITE_ATTEMPTS: readonly Attempt[] = [
  {
    name: 'insert, update, delete',
    actions: ["UPDATE member SET name = 'x'; DELETE FROM fine; INSERT INTO author VALUES (99, 'x', 1, 'x')"],
    refused: null,
    stoppedBy: NEW_LAYER,
  },
  {
    name: 'drop and create tables',
    actions: ['DROP TABLE book; CREATE TABLE mine (a INT)'],
    refused: null,
    stoppedBy: NEW_LAYER,
  },
  {
    name: 'an insert and its removal',
    actions: ["INSERT INTO author VALUES (99, 'x', 1, 'x'); DELETE FROM author WHERE author_id = 99"],
    refused: null,
    stoppedBy: NEW_LAYER,
  },
  {
    name: 'write in an open transaction',
    actions: ['BEGIN; DELETE FROM fine'],
    refused: null,
    stoppedBy: `${CONNECTION} rolls it back; ${NEW_LAYER}`,
  },
  { name: 'an exclusive lock', actions: ['BEGIN EXCLUSIVE; SELECT 1'], refused: null, stoppedBy: CONNECTION },
  {
    name: 'views and triggers',
    actions: ['CREATE VIEW v AS SELECT 1; CREATE TRIGGER t AFTER INSERT ON fine BEGIN DELETE FROM fine; END'],
    refused: null,
    stoppedBy: NEW_LAYER,
  },
  { name: 'statistics', actions: ['ANALYZE'], refused: null, stoppedBy: NEW_LAYER },
  { name: 'vacuum', actions: ['VACUUM'], refused: 23, stoppedBy: `${AUTHORIZER}: it attaches a file` },
  {
    name: 'temporary tables',
    actions: ['CREATE TEMP TABLE fine (b INT)'],
    refused: null,
    stoppedBy: CONNECTION,
  },
  {
    name: 'a statement left running',
    actions: ['WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n'],
    refused: 9,
    stoppedBy: "interrupted at its deadline by SQLite's progress handler",
  },
  {
    name: 'a function without an end',
    actions: [
      "WITH t (x) AS (SELECT replace(hex(zeroblob(4000000)), '0', 'a')) " +
        "SELECT instr(x, substr(x, 1, 4000000) || 'b') FROM t",
    ],
    refused: 2013,
    stoppedBy: "the session's own deadline, after which a new driver starts; a new layer follows",
  },
  {
    name: 'a huge value',
    actions: ['SELECT zeroblob(1000000000)'],
    refused: 18,
    stoppedBy: 'limit of 16 MiB for a value',
  },
  {
    name: "another task's database",
    actions: ["ATTACH '/srv/sql/sqlite/railway.db' AS other"],
    refused: 23,
    stoppedBy: OTHER_FILE,
  },
  { name: 'a new file', actions: ["VACUUM INTO '/tmp/mine'"], refused: 23, stoppedBy: AUTHORIZER },
  {
    name: 'code loaded',
    actions: ["SELECT load_extension('mine')"],
    refused: 1,
    stoppedBy: `${AUTHORIZER}, and loading is switched off`,
  },
  {
    name: 'files read',
    actions: ["SELECT readfile('/etc/passwd')"],
    refused: 1,
    stoppedBy: 'the library has no such function',
  },
  {
    name: 'the schema written by hand',
    actions: ['PRAGMA writable_schema = 1'],
    refused: 23,
    stoppedBy: AUTHORIZER,
  },
  {
    name: 'the schema table changed',
    actions: ["UPDATE sqlite_master SET sql = ''"],
    refused: 1,
    stoppedBy: 'SQLite itself, without writable_schema',
  },
  { name: 'another journal', actions: ['PRAGMA journal_mode = WAL'], refused: 23, stoppedBy: AUTHORIZER },
  {
    name: 'folders of its choice',
    actions: ["PRAGMA temp_store_directory = '/'"],
    refused: 23,
    stoppedBy: AUTHORIZER,
  },
  {
    name: 'memory without limit',
    actions: ['PRAGMA hard_heap_limit = 0'],
    refused: 23,
    stoppedBy: AUTHORIZER,
  },
  {
    name: 'pragmas by function',
    actions: ["SELECT * FROM pragma_journal_mode('wal')"],
    refused: 1,
    stoppedBy: AUTHORIZER,
  },
];

/** Asked by the next episode, each answered as it was before anything happened. */
export const SQLITE_PROBES: readonly string[] = [
  'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name',
  'SELECT * FROM member',
  'SELECT * FROM fine',
  'SELECT * FROM author',
  'SELECT * FROM book',
  'SELECT name FROM sqlite_temp_master',
  'PRAGMA journal_mode',
  'PRAGMA database_list',
  'PRAGMA schema_version',
  'SELECT total_changes()',
  'BEGIN IMMEDIATE; ROLLBACK',
];
