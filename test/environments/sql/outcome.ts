import type { SqlRow } from '../../../environments/sql/sql-value.ts';

/** A query to run in one of the databases. */
export interface Query {
  readonly database: string;
  readonly sql: string;
}

/** Its rows, or the server's complaint. */
export type Outcome = { readonly rows: readonly SqlRow[] } | { readonly error: string };
