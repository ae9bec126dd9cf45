import type { ExplainedComponent, ExplainedRows, Explanation } from '../../protocol/explanation.ts';
import { comparedAnswers } from '../explanation/answers.ts';
import { type CompositeWeights, explorationShare, type GoldQuery } from './composite-reward.ts';
import type { Gold } from './gold.ts';
import type { Attempt, RowsGrade } from './grading.ts';
import { pythonRows, pythonTuple } from './intercode-rows.ts';
import { jsonRow } from './json-value.ts';
import type { SqlRow } from './sql-value.ts';
import { hasTopLevelOrder } from './top-level-order.ts';
import { valueKey } from './value-key.ts';

/** Rows of each side that are compared for an explanation, and rows that are shown of each difference. */
const MOST_COMPARED = 1_000;
const MOST_SHOWN = 20;
/** Rows whose Python text is shown side by side, as InterCode compares it. */
const MOST_AS_TEXT = 200;

/** What was graded. */
export interface GradedRows {
  readonly attempt: Attempt;
  readonly gold: Gold;
  readonly grade: RowsGrade;
  readonly query: GoldQuery;
  /** Weights of a composite; `null` for the other rewards. */
  readonly weights: CompositeWeights | null;
}

/** A row with the text that it is compared by. */
interface Keyed {
  readonly row: SqlRow;
  readonly key: string;
}

/** Rows of the left that the right does not have, as multisets. */
function without(left: readonly Keyed[], right: readonly Keyed[]): SqlRow[] {
  const counts = new Map<string, number>();
  for (const { key } of right) counts.set(key, (counts.get(key) ?? 0) + 1);
  const found: SqlRow[] = [];
  for (const { key, row } of left) {
    const count = counts.get(key) ?? 0;
    counts.set(key, count - 1);
    if (count <= 0) found.push(row);
  }
  return found;
}

/** A row by its values in their order. The reward also allows the columns in another order. */
function orderedKey(row: SqlRow): string {
  return JSON.stringify(row.map(valueKey));
}

/** A row by its values in any order. */
function unorderedKey(row: SqlRow): string {
  return JSON.stringify(row.map(valueKey).sort());
}

interface Compared {
  readonly rows: ExplainedRows;
  readonly cut: boolean;
}

function comparedRows({ attempt: { answer }, gold: { result }, grade, query }: GradedRows): Compared {
  const columns = { expected: [...(result?.columns ?? [])], given: [...(answer?.columns ?? [])] };
  const sameWidth = columns.expected.length === columns.given.length;
  // InterCode compares the rows by their Python text.
  const keyOf = isIntercode(grade) ? pythonTuple : sameWidth ? unorderedKey : orderedKey;
  // Where all agree, there is nothing to look for.
  const most = grade.success === true ? 0 : MOST_COMPARED;
  const keyed = (rows: readonly SqlRow[]): Keyed[] =>
    rows.slice(0, most).map((row) => ({ row, key: keyOf(row) }));
  const expected = keyed(result?.rows ?? []);
  const given = keyed(answer?.known() ?? []);
  const missing = without(expected, given);
  const extra = without(given, expected);
  const ordered = hasTopLevelOrder(query.sql, query.dialect);
  const wrong = expected.findIndex(({ key }, at) => given[at]?.key !== key);
  const differs = missing.length + extra.length > 0 || (ordered && wrong >= 0);
  return {
    rows: {
      columns,
      expected_count: result?.count ?? 0,
      given_count: answer?.count ?? 0,
      missing: missing.slice(0, MOST_SHOWN).map(jsonRow),
      extra: extra.slice(0, MOST_SHOWN).map(jsonRow),
      ordered,
      first_wrong_row: differs && wrong >= 0 ? wrong : null,
    },
    cut:
      missing.length > MOST_SHOWN ||
      extra.length > MOST_SHOWN ||
      (grade.success !== true &&
        (expected.length < (result?.count ?? 0) || given.length < (answer?.count ?? 0))),
  };
}

function notes({ attempt, gold, grade, query }: GradedRows, { columns, ...rows }: ExplainedRows): string[] {
  const { answer } = attempt;
  if (answer === null) return ['There is no answer: the last statement gave no rows, or failed.'];
  const sameRows = rows.missing.length + rows.extra.length === 0;
  return [
    ...(gold.error === null ? [] : [`The gold query fails: ${gold.error.message}`]),
    ...(rows.expected_count === rows.given_count
      ? []
      : [`The answer has ${rows.given_count} rows, the gold ${rows.expected_count}.`]),
    ...(columns.expected.length === columns.given.length
      ? []
      : [`The answer has ${columns.given.length} columns, the gold ${columns.expected.length}.`]),
    ...(grade.rowsLost === true
      ? ['The rows of the answer were lost with its session: they count as different.']
      : []),
    ...(answer.known().length < answer.count
      ? [`Only the first ${answer.known().length} rows of the answer were looked at here.`]
      : []),
    ...(sameRows && rows.ordered && rows.first_wrong_row !== null
      ? [`The rows are the same, but in another order; the gold has an ORDER BY.`]
      : []),
    ...(grade.success === true ? ['The rows are those of the gold.'] : []),
    `The gold query: ${query.sql}`,
  ];
}

/** Why a reward for rows is what it is. */
export function explainedRows(graded: GradedRows): Explanation {
  const { rows, cut } = comparedRows(graded);
  const { attempt, gold, grade } = graded;
  const texts = [gold.result?.rows ?? null, attempt.answer?.known() ?? null] as const;
  return {
    kind: 'rows',
    components: Object.entries(grade.components).map(([name, value]) => component(name, value, graded, rows)),
    notes: notes(graded, rows),
    rows,
    ...(isIntercode(grade) ? { answer: comparedAnswers(asText(texts[0]), asText(texts[1])) } : {}),
    ...(cut ? { cut } : {}),
  };
}

function isIntercode({ components }: RowsGrade): boolean {
  return 'iou' in components;
}

function asText(rows: readonly SqlRow[] | null): string {
  return pythonRows(rows?.slice(0, MOST_AS_TEXT) ?? null);
}

function component(
  name: string,
  value: number,
  { attempt, gold, query, weights }: GradedRows,
  rows: ExplainedRows,
): ExplainedComponent {
  const weight = weights === null ? undefined : weights[name as keyof CompositeWeights];
  const counts = `${rows.missing.length} rows of the gold are missing and ${rows.extra.length} others are there (of those shown)`;
  const explored = explorationShare(query, gold.tables, attempt.earlier);
  const texts: Readonly<Record<string, string>> = {
    execution_match: `Whether the rows are those of the gold: ${counts}.`,
    execution: `Whether the rows are those of the gold: ${counts}.`,
    format: 'Whether the answer is one statement that ran, gave rows, and reads a table of the database.',
    exploration:
      explored === null
        ? 'The gold query reads no table: there is nothing to explore.'
        : 'Share of the tables of the gold query that statements before the answer read.',
    iou: `Rows in both over rows in either, as multisets: ${counts}.`,
    kendall_tau: "Kendall's τ of the order of the rows in both; 1 where it is not defined.",
  };
  return { name, value, ...(weight === undefined ? {} : { weight }), made_of: texts[name] ?? '' };
}
