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
  /** What the agent is asked to do. */
  instruction: z.string().min(1),
  /** Name of the task's database. */
  database: z.string().min(1),
  /** The query that answers the question. */
  gold: perDialect,
  /** The published query, if it is not valid SQL and `gold` is the corrected one; `intercode` semantics use it. */
  published_gold: z.string().min(1).optional(),
  /** Knowledge that the tables do not show, e.g. the meaning of a term; the option `schema` shows it with the tables. */
  evidence: z.string().min(1).optional(),
  /** Tables that the task needs; the option `schema` shows only these. @default all */
  tables: z.array(z.string().min(1)).min(1).optional(),
  tags: z.array(z.string()).optional(),
  /** Plausible but wrong queries: the reward of each must be below 1. */
  wrong: z.array(perDialect).optional(),
  /** Why it cannot be graded; set by an import or a check. */
  ungradable: Ungradable.optional(),
});
export type SqlTaskRecord = z.infer<typeof SqlTaskRecord>;

/** A database written for tasks: statements that create and fill it, in each dialect. */
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
