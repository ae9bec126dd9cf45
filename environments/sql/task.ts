import { z } from 'zod';
import { Ungradable } from '../../protocol/environment.ts';

export const Dialect = z.enum(['sqlite', 'mysql']);
export type Dialect = z.infer<typeof Dialect>;

/** A text for both dialects, or one for each. */
const perDialect = z.union([
  z.string().min(1),
  z.strictObject({ sqlite: z.string().min(1), mysql: z.string().min(1) }),
]);

/** One SQL task as a dataset stores it. */
export const SqlTaskRecord = z.strictObject({
  /** Unique in its dataset, kebab-case. */
  id: z.string().min(1),
  /** What the agent is told. */
  instruction: z.string().min(1),
  /** Name of the database that the task is about. */
  database: z.string().min(1),
  /** The query that answers it. */
  gold: perDialect,
  /** The query as it was published, where that is no SQL and `gold` says what it means; `intercode` semantics go by it. */
  published_gold: z.string().min(1).optional(),
  /** What must be known beside the tables, e.g. how a term is meant; told with them where `schema` asks for it. */
  evidence: z.string().min(1).optional(),
  /** Tables of the database that the task is about; `schema` tells these alone. @default all */
  tables: z.array(z.string().min(1)).min(1).optional(),
  tags: z.array(z.string()).optional(),
  /** Plausible but wrong queries: the reward of each must be below 1. */
  wrong: z.array(perDialect).optional(),
  /** Why it cannot be graded; an import or a check marks it. */
  ungradable: Ungradable.optional(),
});
export type SqlTaskRecord = z.infer<typeof SqlTaskRecord>;

/** A database written for tasks: statements that make and fill it, in each dialect. */
export interface SqlDatabase {
  readonly name: string;
  /** Statements valid in both dialects, or one text for each. */
  readonly schema: string | Readonly<Record<Dialect, string>>;
  readonly data: string | Readonly<Record<Dialect, string>>;
}

/** A built-in or imported dataset of SQL tasks. */
export interface SqlDataset {
  readonly name: string;
  readonly databases: readonly SqlDatabase[];
  readonly tasks: readonly SqlTaskRecord[];
}
