import type { Attempt } from './attempt.ts';
import { CONNECTION, MYSQL_PROBES, NO_RIGHT, RENEWED } from './mysql-attempts.ts';

/** InterCode's account has rights on every task's database; one statement an action. */
export const INTERCODE_ATTEMPTS: readonly Attempt[] = [
  { name: 'drop another database', actions: ['DROP DATABASE railway'], refused: null, stoppedBy: RENEWED },
  { name: 'drop its own database', actions: ['DROP DATABASE library'], refused: null, stoppedBy: RENEWED },
  {
    name: "write to another task's database",
    actions: ['SET foreign_key_checks = 0', 'DELETE FROM railway.station'],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'write in an open transaction, elsewhere',
    actions: ['USE railway', 'BEGIN', 'SET foreign_key_checks = 0', 'DELETE FROM station'],
    refused: null,
    stoppedBy: `${CONNECTION} rolls it back; ${RENEWED}`,
  },
  {
    name: 'write elsewhere through EXECUTE IMMEDIATE',
    actions: ["EXECUTE IMMEDIATE 'CREATE TABLE railway.mine (a INT)'"],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'a table moved to another database',
    actions: ['CREATE TABLE mine (a INT)', 'RENAME TABLE mine TO railway.mine'],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: "a view of another task's database",
    actions: ['CREATE VIEW mine AS SELECT * FROM railway.station'],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'a trigger elsewhere',
    actions: ['CREATE TRIGGER railway.mine BEFORE INSERT ON railway.station FOR EACH ROW SET @a = 1'],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'an event elsewhere',
    actions: ['CREATE EVENT railway.mine ON SCHEDULE EVERY 1 SECOND DO DELETE FROM railway.station'],
    refused: null,
    stoppedBy: RENEWED,
  },
  {
    name: 'statistics of another database',
    actions: ['ANALYZE TABLE railway.station PERSISTENT FOR ALL'],
    refused: null,
    stoppedBy: RENEWED,
  },
  { name: 'another default database', actions: ['USE railway'], refused: null, stoppedBy: CONNECTION },
  {
    name: 'session variables',
    actions: ["SET SESSION sql_mode = 'ANSI'", 'SET @x = 7'],
    refused: null,
    stoppedBy: CONNECTION,
  },
  {
    name: 'temporary tables elsewhere',
    actions: ['CREATE TEMPORARY TABLE railway.station (a INT)'],
    refused: null,
    stoppedBy: CONNECTION,
  },
  { name: 'named locks', actions: ["SELECT GET_LOCK('mine', 1)"], refused: null, stoppedBy: CONNECTION },
  {
    name: 'table locks elsewhere',
    actions: ['LOCK TABLES railway.station WRITE'],
    refused: null,
    stoppedBy: CONNECTION,
  },
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
    name: 'several statements in one',
    actions: ['SELECT 1; DROP DATABASE railway'],
    refused: 1064,
    stoppedBy: 'the connection takes one statement at a time',
  },
  {
    name: "another account's password",
    actions: ["SET PASSWORD FOR 'stepwell:library'@localhost = PASSWORD('mine')"],
    refused: 1044,
    stoppedBy: NO_RIGHT,
  },
  { name: 'users', actions: ['CREATE USER mine'], refused: 1227, stoppedBy: NO_RIGHT },
  {
    name: 'rights',
    actions: ["GRANT SELECT ON railway.* TO 'stepwell:library'@localhost"],
    refused: 1044,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'new databases',
    actions: ['CREATE DATABASE mine'],
    refused: 1049,
    stoppedBy: `${NO_RIGHT}, and the driver reports that there is no such database`,
  },
  {
    name: 'accounts in mysql.*',
    actions: ['SELECT * FROM mysql.global_priv'],
    refused: 1142,
    stoppedBy: NO_RIGHT,
  },
  { name: "the server's own database", actions: ['DROP DATABASE mysql'], refused: 1044, stoppedBy: NO_RIGHT },
  {
    name: 'global variables',
    actions: ['SET GLOBAL max_connections = 1'],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  {
    name: 'files written',
    actions: ["SELECT 1 INTO OUTFILE '/tmp/mine'"],
    refused: 1227,
    stoppedBy: NO_RIGHT,
  },
  { name: 'the end of the server', actions: ['SHUTDOWN'], refused: 1227, stoppedBy: NO_RIGHT },
  { name: "the driver's connection killed", actions: ['KILL 4'], refused: 1095, stoppedBy: NO_RIGHT },
];

/** Those of the task's database, and what is to be seen of the others. */
export const INTERCODE_PROBES: readonly string[] = [
  ...MYSQL_PROBES,
  'SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES ORDER BY 1, 2',
  'CHECKSUM TABLE railway.station',
  'SELECT COUNT(*) FROM railway.station',
];
