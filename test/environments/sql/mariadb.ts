import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { decimalDigits } from '../../../environments/sql/decimal-digits.ts';
import type { SqlRow, SqlValue } from '../../../environments/sql/sql-value.ts';
import type { SqlDatabase } from '../../../environments/sql/task.ts';
import { unlessRequired } from '../../requirements.ts';
import type { Outcome, Query } from './outcome.ts';

const PROGRAMS = ['mariadbd', 'mariadb-install-db', 'mariadb'];

function found(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

/** Why MariaDB cannot be asked, or `null`. */
export const noMariadb = unlessRequired(
  'mariadb',
  PROGRAMS.filter((program) => found(program) === undefined)
    .map((program) => `no ${program}`)
    .join(', ') || null,
);

function path(program: string): string {
  const location = found(program);
  if (location === undefined) throw new Error(`no ${program}`);
  return location;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
};

/** The client's XML says what is NULL; of the kind of a value it only tells what its text looks like. */
function valueFrom(attributes: string, text: string): SqlValue {
  if (attributes.includes('xsi:nil="true"')) return null;
  const plain = text.replace(/&(?:lt|gt|amp|quot);/g, (entity) => ENTITIES[entity] ?? entity);
  return decimalDigits(plain) === null ? plain : { type: 'decimal', text: plain };
}

function rowsFrom(xml: string): SqlRow[] {
  return [...xml.matchAll(/<row>([\s\S]*?)<\/row>/g)].map(([, row = '']) =>
    [...row.matchAll(/<field name="[^"]*"([^>]*?)(?:\/>|>([\s\S]*?)<\/field>)/g)].map(
      ([, attributes = '', text = '']) => valueFrom(attributes, text),
    ),
  );
}

/** Makes a data folder and starts a server on it; resolves when it takes connections. */
async function startServer(folder: string) {
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const small = ['--innodb-buffer-pool-size=16M', '--innodb-log-file-size=4M'];
  const place = ['--no-defaults', `--datadir=${folder}/data`, ...user, ...small];
  const install = [...place, '--auth-root-authentication-method=normal', '--skip-test-db'];
  const made = spawnSync(path('mariadb-install-db'), install, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stdout + made.stderr);
  const own = [`--socket=${folder}/sock`, '--skip-networking', '--skip-grant-tables'];
  const server = spawn(path('mariadbd'), [...place, ...own], { stdio: ['ignore', 'ignore', 'pipe'] });
  const log: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    log.push(line);
    if (line.includes('ready for connections')) break;
  }
  if (!log.at(-1)?.includes('ready for connections')) throw new Error(log.join('\n'));
  // Left unread, a full pipe would stop the server.
  server.stderr.resume();
  return server;
}

/** A MariaDB of our own: a temporary folder, a socket in it, no network, no accounts. */
export class PrivateMariadb {
  readonly #folder: string;
  readonly #server: ReturnType<typeof spawn>;

  private constructor(folder: string, server: ReturnType<typeof spawn>) {
    this.#folder = folder;
    this.#server = server;
  }

  static async start(): Promise<PrivateMariadb> {
    const folder = await mkdtemp(join(tmpdir(), 'stepwell-mariadb-'));
    try {
      return new PrivateMariadb(folder, await startServer(folder));
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Makes the databases anew. */
  load(databases: readonly SqlDatabase[]): void {
    for (const { name, schema, data } of databases) {
      const text = (part: SqlDatabase['schema']) => (typeof part === 'string' ? part : part.mysql);
      const before = `DROP DATABASE IF EXISTS ${name}; CREATE DATABASE ${name}; USE ${name};\n`;
      const run = this.#client([], before + text(schema) + text(data));
      if (run.status !== 0) throw new Error(run.stderr);
    }
  }

  run(queries: readonly Query[]): Outcome[] {
    return queries.map(({ database, sql }) => {
      const run = this.#client(['--xml', database], `${sql};\n`);
      return run.status === 0 ? { rows: rowsFrom(run.stdout) } : { error: run.stderr.trim() };
    });
  }

  async close(): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGTERM');
    await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  #client(options: readonly string[], input: string) {
    const connection = ['--no-defaults', `--socket=${this.#folder}/sock`, '--default-character-set=utf8mb4'];
    return spawnSync(path('mariadb'), [...connection, ...options], { input, encoding: 'utf8' });
  }
}
