import type { Attempt } from './attempt.ts';

export const RENEWED =
  'a new layer: the server counted a statement that may change something, a written row, or a log entry';
export const CONNECTION = 'the end of its connection';
export const NO_RIGHT = 'the account has no such right';

export const MYSQL_ATTEMPTS: readonly Attempt[] = [
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
    actions: ['SELECT SLEEP(600)'],
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
  {
    name: 'memory without limit',
    actions: [
      'SET max_heap_table_size = 1 << 40; CREATE TABLE mine (a VARBINARY(60000)) ENGINE = MEMORY; ' +
        "INSERT INTO mine SELECT 'x' FROM seq_1_to_2000",
    ],
    refused: 1114,
    stoppedBy: "the server's limits for session variables",
  },
  {
    name: 'the disk filled',
    actions: [
      "CREATE TABLE mine (a LONGTEXT) ENGINE = MyISAM; INSERT INTO mine SELECT REPEAT('x', 1000000) FROM seq_1_to_500",
      'SELECT 1',
    ],
    refused: null,
    stoppedBy: `a limit on the growth of the server's files; ${RENEWED}`,
  },
  { name: 'users', actions: ['CREATE USER mine'], refused: 1227, stoppedBy: NO_RIGHT },
  {
    name: 'rights',
    actions: ['GRANT ALL ON *.* TO CURRENT_USER()'],
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
    stoppedBy: 'switched off, and the driver answers such a request with an empty file',
  },
  {
    name: 'tables elsewhere',
    actions: ["CREATE TABLE mine (a INT) ENGINE = MyISAM DATA DIRECTORY = '/tmp'"],
    refused: null,
    stoppedBy: `the server follows no links, so the option has no effect; ${RENEWED}`,
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
  {
    name: 'its own connection killed',
    actions: ['KILL CONNECTION_ID()', 'SELECT 1', 'SELECT 1'],
    refused: null,
    stoppedBy:
      'a new connection; a driver that lost a connection never declares the layer clean, so a new layer follows',
  },
  {
    name: 'the rights of another account',
    actions: ['CREATE DEFINER = root@localhost PROCEDURE mine() SELECT * FROM mysql.global_priv'],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  {
    name: "a view of another task's database",
    actions: ['CREATE VIEW mine AS SELECT * FROM railway.station'],
    refused: 1142,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'tables of the engine',
    actions: ['SELECT * FROM information_schema.INNODB_SYS_TABLES'],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'servers of others',
    actions: ["CREATE SERVER mine FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1')"],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
];

/** Asked by the next episode, each answered as it was before anything happened. */
export const MYSQL_PROBES: readonly string[] = [
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
];
