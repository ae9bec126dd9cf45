import type { Dialect } from '../../../environments/sql/task.ts';

/** Something that must leave no trace for the next episode. */
export interface Attempt {
  readonly name: string;
  /** Actions, one after the other. */
  readonly actions: readonly string[];
  /** Error code of the last action; `null` where it succeeds and what it did is taken away afterwards. */
  readonly refused: number | null;
  /** For the table of `README.md`. */
  readonly stoppedBy: string;
}

const RENEWED =
  'a new layer: the server counted a statement that may change something, a written row, or a log entry';
const CONNECTION = 'the end of its connection';
const NO_RIGHT = 'the account has no such right';
const OTHER_FILE = 'each database is a file of its own, and another one cannot be attached';
const NEW_LAYER = 'a new layer: the file or its change counter differs, or the authorizer saw the statement';
const AUTHORIZER = "SQLite's authorizer";

/** An action with this text gets a deadline that it does not keep. */
export const ENDLESS = 'SELECT SLEEP(600)';

const MYSQL: readonly Attempt[] = [
  {
    name: 'insert, update, delete',
    actions: ["UPDATE member SET name = 'x'; DELETE FROM fine; INSERT INTO author VALUES (99, 'x', 1, 'x')"],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'drop and create tables',
    actions: ['SET foreign_key_checks = 0; DROP TABLE book; CREATE TABLE mine (a INT)'],
    refused: null,
    stoppedBy: RENEWED,
  },
  { name: 'drop the database', actions: ['DROP DATABASE library'], refused: null, stoppedBy: RENEWED },
  {
    name: 'write through EXECUTE IMMEDIATE',
    actions: ["EXECUTE IMMEDIATE 'DELETE FROM fine'"],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'write in an open transaction',
    actions: ['BEGIN; DELETE FROM fine'],
    refused: null,
    stoppedBy: `${CONNECTION} rolls it back; ${RENEWED}`,
  },
  {
    name: 'read in an open transaction',
    actions: ['BEGIN; SELECT * FROM fine FOR UPDATE'],
    refused: null,
    stoppedBy: CONNECTION,
  },
  {
    name: 'views, routines, triggers, events',
    actions: [
      'CREATE VIEW v AS SELECT 1; CREATE PROCEDURE p() SELECT 1; CREATE FUNCTION f() RETURNS INT RETURN 1; CREATE TRIGGER t BEFORE INSERT ON fine FOR EACH ROW SET @a = 1; CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM fine',
    ],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'statistics',
    actions: ['ANALYZE TABLE fine PERSISTENT FOR ALL'],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'session variables',
    actions: ["SET SESSION sql_mode = 'ANSI'; SET @x = 7; SET NAMES latin1"],
    refused: null,
    stoppedBy: CONNECTION,
  },
  { name: 'default database', actions: ['USE information_schema'], refused: null, stoppedBy: CONNECTION },
  {
    name: 'temporary tables',
    actions: ['CREATE TEMPORARY TABLE mine (a INT); CREATE TEMPORARY TABLE fine (b INT)'],
    refused: null,
    stoppedBy: CONNECTION,
  },
  {
    name: 'prepared statements',
    actions: ["PREPARE mine FROM 'SELECT 1'"],
    refused: null,
    stoppedBy: CONNECTION,
  },
  { name: 'named locks', actions: ["SELECT GET_LOCK('mine', 1)"], refused: null, stoppedBy: CONNECTION },
  { name: 'table locks', actions: ['LOCK TABLES fine WRITE'], refused: null, stoppedBy: CONNECTION },
  { name: 'handlers', actions: ['HANDLER fine OPEN'], refused: null, stoppedBy: CONNECTION },
  {
    name: 'a statement left running',
    actions: [ENDLESS],
    refused: 1317,
    stoppedBy: 'killed on the server at its deadline',
  },
  {
    name: 'its own password',
    actions: ["SET PASSWORD = PASSWORD('mine')"],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'global variables',
    actions: ['SET GLOBAL max_connections = 1'],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  { name: 'users', actions: ['CREATE USER mine'], refused: 1227, stoppedBy: NO_RIGHT },
  {
    name: 'rights',
    actions: ["GRANT ALL ON *.* TO 'stepwell:library'@localhost"],
    refused: 1045,
    stoppedBy: NO_RIGHT,
  },
  { name: 'new databases', actions: ['CREATE DATABASE mine'], refused: 1044, stoppedBy: NO_RIGHT },
  {
    name: "another task's database",
    actions: ['SELECT * FROM railway.station'],
    refused: 1142,
    stoppedBy: NO_RIGHT,
  },
  {
    name: "the use of another task's database",
    actions: ['USE railway'],
    refused: 1044,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'accounts in mysql.*',
    actions: ['SELECT * FROM mysql.global_priv'],
    refused: 1142,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'writes to mysql.*',
    actions: ["UPDATE mysql.global_priv SET Priv = ''"],
    refused: 1142,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'files written',
    actions: ["SELECT 1 INTO OUTFILE '/tmp/mine'"],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'files dumped',
    actions: ["SELECT 1 INTO DUMPFILE '/srv/sql/data/mine'"],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'files loaded',
    actions: ["LOAD DATA INFILE '/etc/passwd' INTO TABLE author"],
    refused: 1045,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'files of the client loaded',
    actions: ["LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE author"],
    refused: 4166,
    stoppedBy: 'switched off, and the driver answers such a request with nothing',
  },
  {
    name: 'tables elsewhere',
    actions: ["CREATE TABLE mine (a INT) ENGINE = MyISAM DATA DIRECTORY = '/tmp'"],
    refused: null,
    stoppedBy: `the server follows no links, so that the option means nothing; ${RENEWED}`,
  },
  { name: 'plugins', actions: ["INSTALL SONAME 'ha_connect'"], refused: 1142, stoppedBy: NO_RIGHT },
  {
    name: 'functions of the system',
    actions: ["CREATE FUNCTION mine RETURNS INTEGER SONAME 'mine.so'"],
    refused: 1044,
    stoppedBy: NO_RIGHT,
  },
  { name: 'the end of the server', actions: ['SHUTDOWN'], refused: 1227, stoppedBy: NO_RIGHT },
  {
    name: 'the caches and logs of the server',
    actions: ['FLUSH TABLES WITH READ LOCK'],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  { name: "the driver's connection killed", actions: ['KILL 4'], refused: 1095, stoppedBy: NO_RIGHT },
];

const SQLITE: readonly Attempt[] = [
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

export const ATTEMPTS: Readonly<Record<Dialect, readonly Attempt[]>> = { mysql: MYSQL, sqlite: SQLITE };

/** Asked by the next episode, each answered as it was before anything happened. */
export const PROBES: Readonly<Record<Dialect, readonly string[]>> = {
  mysql: [
    'SELECT DATABASE(), @x',
    'SHOW FULL TABLES',
    'CHECKSUM TABLE author, book, book_author, copy, member, loan, fine',
    'SELECT * FROM information_schema.STATISTICS ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX',
    'SELECT (SELECT COUNT(*) FROM information_schema.ROUTINES), (SELECT COUNT(*) FROM information_schema.EVENTS), (SELECT COUNT(*) FROM information_schema.TRIGGERS), (SELECT COUNT(*) FROM information_schema.VIEWS)',
    'SELECT SCHEMA_NAME FROM information_schema.SCHEMATA ORDER BY 1',
    "SHOW SESSION VARIABLES WHERE Variable_name NOT IN ('timestamp', 'pseudo_thread_id', 'rand_seed1', 'rand_seed2', 'hostname', 'in_transaction', 'last_insert_id', 'identity', 'error_count', 'warning_count', 'gtid_binlog_pos', 'pid_file', 'server_uid')",
    "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES WHERE VARIABLE_NAME NOT IN ('server_uid') ORDER BY 1",
    "SELECT IS_FREE_LOCK('mine')",
    'SELECT COUNT(*) FROM information_schema.PROCESSLIST',
    'SHOW GRANTS',
    'EXECUTE mine',
    'HANDLER fine READ FIRST',
    "SELECT LOAD_FILE('/tmp/mine'), LOAD_FILE('/etc/passwd')",
    'SELECT @@in_transaction',
  ],
  sqlite: [
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
  ],
};
