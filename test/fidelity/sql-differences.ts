import { pythonTuple } from '../../environments/sql/intercode-rows.ts';
import type { SqlRow, SqlValue } from '../../environments/sql/sql-value.ts';
import { parsePythonRows } from '../environments/sql/python-rows.ts';
import { type SqlStep, sameObservation } from './sql-reference.ts';

/** What one step gave here and in the reference. */
interface Difference {
  readonly db: string;
  readonly action: string;
  /** The gold query of the step's task. */
  readonly gold: string;
  readonly alike: boolean;
  readonly ours: Answer;
  readonly theirs: Answer;
}

interface Answer {
  readonly text: string;
  /** `null` where it is an error or a statement without rows. */
  readonly rows: readonly SqlRow[] | null;
}

/** A column that an earlier run of the reference added, on a server that was never reset. */
interface LeftColumn {
  readonly table: string;
  readonly column: string;
}
const LEFT_COLUMNS: Readonly<Record<string, LeftColumn>> = {
  course_teach: { table: 'course', column: 'teacher_id' },
  employee_hire_evaluation: { table: 'employee', column: 'shop_id' },
  orchestra: { table: 'performance', column: 'conductor_id' },
  pets_1: { table: 'pets', column: 'owner_id' },
  voter_1: { table: 'contestants', column: 'votes_received' },
};
/** Databases of a server that an agent has no rights on here. */
const SERVERS_OWN = ['mysql', 'performance_schema', 'sys', 'test'];

const rowsOf = ({ rows }: Answer): string[] => (rows ?? []).map(pythonTuple);

/** Whether every one is among the others, as often. */
function within(some: readonly string[], all: readonly string[]): boolean {
  const left = [...all];
  return some.every((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

/** Rows of information_schema without times, and without sizes where they tell of the server itself. */
function masked({ rows }: Answer): string[] {
  return (rows ?? []).map((row) => {
    const ofServer = row.includes('SYSTEM VIEW');
    const hidden = (value: SqlValue) =>
      value === null ||
      (typeof value === 'object' && 'type' in value && value.type === 'datetime') ||
      (ofServer && (typeof value === 'bigint' || String(value).startsWith('max_rows=')));
    return pythonTuple(row.map((value) => (hidden(value) ? '?' : value)));
  });
}

function hasLeftColumn({ db, action, ours, theirs }: Difference): boolean {
  const left = LEFT_COLUMNS[db];
  if (left === undefined) return false;
  const { table, column } = left;
  const unknown = new RegExp(`^Error executing query: Unknown column '(${table}\\.)?${column}'`, 'i');
  if (unknown.test(ours.text)) return true;
  if (new RegExp(`select\\s+${column}\\s+from\\s+${table}\\b`, 'i').test(action)) return true;
  if (!new RegExp(`\\b${table}\\b`, 'i').test(action)) return false;
  const described = theirs.rows?.filter(([name]) => String(name).toLowerCase() !== column) ?? [];
  const narrower = theirs.rows?.map((row) => (row.at(-1) === null ? row.slice(0, -1) : row)) ?? [];
  const own = rowsOf(ours).join();
  return [described, narrower].some((rows) => own !== '' && rows.map(pythonTuple).join() === own);
}

function nameTwoUnknown({ action, ours, theirs }: Difference): boolean {
  const names = [ours, theirs].map(({ text }) =>
    /^Error executing query: (?:Table '(.*)' doesn't exist|Unknown column '(.*)' in)/.exec(text)?.slice(1),
  );
  return names.every((found) => found?.some((name) => name !== undefined && action.includes(name)));
}

export interface Reason {
  readonly reason: string;
  /** Steps of the whole reference that may differ for it; ties come and go. */
  readonly most: number;
  holds(difference: Difference): boolean;
}

/** The reasons why an answer or a reward differs, the more special ones first. */
const REASONS: readonly Reason[] = [
  {
    reason: "a column that earlier runs left on the reference's server, which is never reset",
    most: 100,
    holds: hasLeftColumn,
  },
  {
    reason: 'times of loading, tables and sizes of the server itself in information_schema',
    most: 60,
    holds: ({ action, ours, theirs }) =>
      /information_schema/i.test(action) && ours.rows !== null && within(masked(ours), masked(theirs)),
  },
  {
    reason: "SHOW DATABASES, which tells nothing here of the server's own",
    most: 16,
    holds: ({ action, ours, theirs }) => {
      const own = SERVERS_OWN.map((name) => pythonTuple([name]));
      const others = rowsOf(theirs).filter((row) => !own.includes(row));
      return /^\s*show\s+databases/i.test(action) && others.join() === rowsOf(ours).join();
    },
  },
  { reason: 'which of two unknown names is told', most: 10, holds: nameTwoUnknown },
  {
    reason: 'rows that tie, in another order',
    most: 30,
    holds: ({ alike, ours, theirs }) =>
      !alike &&
      (ours.rows?.length ?? 0) > 1 &&
      ours.rows?.length === theirs.rows?.length &&
      within(rowsOf(ours), rowsOf(theirs)),
  },
  {
    reason: 'rows that tie, cut by a LIMIT',
    most: 30,
    holds: ({ alike, action, ours, theirs }) =>
      !alike && /\blimit\b/i.test(action) && ours.rows !== null && ours.rows.length === theirs.rows?.length,
  },
  {
    reason: "rows of the gold that tie, cut by a LIMIT: the answers are alike, the golds' are not",
    most: 30,
    holds: ({ alike, gold }) => alike && /order\s+by.*\blimit\b/is.test(gold),
  },
];

function answer(text: string): Answer {
  return { text, rows: text.startsWith('[') ? parsePythonRows(text) : null };
}

/** Why a step differs from the reference; `null` where no known reason holds. @param gold its task's gold query */
export function reasonOf(step: SqlStep, gold: string): Reason | null {
  const { reference, result } = step;
  if (result.failure !== null) return null;
  const difference: Difference = {
    db: reference.db,
    action: reference.actions[step.step] ?? '',
    gold,
    alike: sameObservation(step),
    ours: answer(result.observation.output),
    theirs: answer(reference.observations[step.step] ?? ''),
  };
  return REASONS.find(({ holds }) => holds(difference)) ?? null;
}
