import type { ImageDefinition } from '../../docker/image-definition.ts';

/** Paths of a database server's files in an image. */
const FOLDER = '/srv/sql';
/** Statements that create the image's databases: a dump, or those written for tasks. */
export const MYSQL_DUMP = `${FOLDER}/dump.sql`;
const OPTIONS_FILE = `${FOLDER}/server.cnf`;

/**
 * Small buffers, limits for the buffers of a session, and few files opened for writing, because a layer has a copy of each such
 * file. Table names ignore case, as InterCode's queries need. Settings for sorts and joins keep the server's defaults, as
 * the order of ties depends on them. MariaDB and MySQL read the first group; a server ignores a `loose` setting that it does
 * not know.
 */
const OPTIONS = `[server]
datadir = ${FOLDER}/data
socket = ${FOLDER}/data/socket
pid-file = ${FOLDER}/data/pid
tmpdir = /tmp
log-error = ${FOLDER}/data/server.err
skip-networking
skip-name-resolve
lower-case-table-names = 1
character-set-server = utf8mb4
collation-server = utf8mb4_general_ci
default-time-zone = +00:00
local-infile = 0
secure-file-priv = ${FOLDER}/none
performance-schema = 0
max-connections = 10
thread-cache-size = 4
table-open-cache = 400
max-allowed-packet = 16M
key-buffer-size = 1M
tmp-table-size = 8M
max-heap-table-size = 8M
maximum-tmp-table-size = 64M
maximum-max-heap-table-size = 64M
maximum-sort-buffer-size = 16M
maximum-join-buffer-size = 16M
maximum-read-buffer-size = 16M
maximum-read-rnd-buffer-size = 16M
maximum-bulk-insert-buffer-size = 16M
maximum-group-concat-max-len = 16M
innodb-buffer-pool-size = 16M
innodb-log-buffer-size = 1M
innodb-autoextend-increment = 1
innodb-use-native-aio = 0
innodb-flush-log-at-trx-commit = 0
innodb-doublewrite = 0
innodb-stats-auto-recalc = 0
innodb-buffer-pool-load-at-startup = 0
innodb-buffer-pool-dump-at-shutdown = 0
innodb-read-io-threads = 1
innodb-write-io-threads = 1
innodb-purge-threads = 1
innodb-data-file-path = ibdata1:5M:autoextend
innodb-temp-data-file-path = ibtmp1:12M:autoextend:max:48M
loose-innodb-redo-log-capacity = 8M
loose-disable-log-bin
loose-mysqlx = 0
loose-temptable-max-ram = 8M
[mariadb]
log-warnings = 1
symbolic-links = 0
query-cache-size = 0
aria-pagecache-buffer-size = 1M
maximum-join-buffer-space-limit = 32M
maximum-mrr-buffer-size = 16M
innodb-log-file-size = 4M
innodb-data-file-path = ibdata1:4M:autoextend
innodb-temp-data-file-path = ibtmp1:4M:autoextend:max:48M
innodb-undo-tablespaces = 0
`;

/** The server's own databases. */
const SYSTEM = "('mysql', 'information_schema', 'performance_schema', 'sys')";
const RIGHTS =
  'SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, REFERENCES, INDEX, ALTER, CREATE TEMPORARY TABLES, LOCK TABLES, ' +
  'EXECUTE, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, EVENT, TRIGGER';
/** In GRANT a database name is a pattern. */
const ON_DATABASE = String.raw`REPLACE(REPLACE(REPLACE(SCHEMA_NAME, '\`', '\`\`'), '_', '\\_'), '%', '\\%')`;
/** The account name for a database name of any length. Account names have at most 32 characters; the driver has the same rule. */
const ACCOUNT = "QUOTE(CONCAT('stepwell:', LEFT(SHA2(SCHEMA_NAME, 256), 16)))";

/** Accounts of agents: one per database, with rights only on it, and one for all databases. */
const ACCOUNTS = String.raw`
SELECT CONCAT('DROP USER ', QUOTE(User), '@', QUOTE(Host), ';') FROM mysql.user
  WHERE User NOT IN ('root', 'mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema')
    OR (User = 'root' AND Host <> 'localhost');
SELECT 'CREATE USER \'stepwell:all\'@localhost;';
SELECT CONCAT('CREATE USER ', ${ACCOUNT}, '@localhost;',
  'GRANT ${RIGHTS} ON ', CHAR(96), ${ON_DATABASE}, CHAR(96), '.* TO \'stepwell:all\'@localhost, ',
  ${ACCOUNT}, '@localhost;')
  FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ${SYSTEM};
`;

/** Statistics decide which index a query reads, and so the order of its rows: they are collected once. */
const STATISTICS = `
SELECT CONCAT('ANALYZE TABLE ', CHAR(96), REPLACE(TABLE_SCHEMA, CHAR(96), CONCAT(CHAR(96), CHAR(96))), CHAR(96), '.',
  CHAR(96), REPLACE(TABLE_NAME, CHAR(96), CONCAT(CHAR(96), CHAR(96))), CHAR(96), ';')
  FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE' AND TABLE_SCHEMA NOT IN ${SYSTEM};
`;

/**
 * Makes the data folder in an image's root: starts a server on a socket, loads the dump, creates the accounts, shuts down
 * cleanly. It works as root and as the only user of a user namespace. If there are other users, the server runs as its own
 * user.
 */
export const MYSQL_SCRIPT = `set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
TMPDIR=/tmp
export PATH TMPDIR
mkdir -p ${FOLDER}/data ${FOLDER}/none /tmp
if command -v mariadbd > /dev/null; then
  program=mariadbd client=mariadb
  install="mariadb-install-db --defaults-file=${OPTIONS_FILE} --datadir=${FOLDER}/data --skip-test-db
    --auth-root-authentication-method=normal --skip-name-resolve"
else
  program=mysqld client=mysql
  install="mysqld --defaults-file=${OPTIONS_FILE} --initialize-insecure"
fi
$install --user=root > ${FOLDER}/install.log 2>&1 || { cat ${FOLDER}/install.log ${FOLDER}/data/server.err >&2; exit 1; }
$program --defaults-file=${OPTIONS_FILE} --user=root --innodb-stats-auto-recalc=1 &
server=$!
client="$client --no-defaults --socket=${FOLDER}/data/socket --user=root --batch --raw --skip-column-names"
tries=0
until $client -e 'DO 0' 2> /dev/null; do
  tries=$((tries + 1))
  if [ $tries -gt 600 ] || ! kill -0 $server; then cat ${FOLDER}/data/server.err >&2; exit 1; fi
  sleep 0.1
done
$client --default-character-set=utf8mb4 < ${MYSQL_DUMP}
$client <<'END' > ${FOLDER}/accounts.sql
${ACCOUNTS}END
$client < ${FOLDER}/accounts.sql
$client <<'END' > ${FOLDER}/statistics.sql
${STATISTICS}END
$client < ${FOLDER}/statistics.sql > /dev/null
$client -e 'SET GLOBAL innodb_fast_shutdown = 0; SHUTDOWN'
wait $server
rm -f ${FOLDER}/*.sql ${FOLDER}/install.log ${FOLDER}/data/server.err ${FOLDER}/data/socket ${FOLDER}/data/pid
chown -R 999:999 ${FOLDER}/data 2> /dev/null || true
chmod 700 ${FOLDER}/data
`;

/** Files of an image whose script creates a database server's data. */
export const MYSQL_FILES: NonNullable<ImageDefinition['files']> = { [OPTIONS_FILE]: OPTIONS };
