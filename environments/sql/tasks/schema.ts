import type { SqlDatabase } from '../task.ts';

/**
 * CREATE TABLE statements for both dialects. MariaDB gets its tables in UTF-8 whatever the server's default; each
 * statement must end with `);` on a line of its own.
 */
export function inBothDialects(schema: string): Exclude<SqlDatabase['schema'], string> {
  return { sqlite: schema, mysql: schema.replaceAll('\n);', '\n) DEFAULT CHARSET = utf8mb4;') };
}
