import type { ExplainedRows as Rows } from '../../../protocol/explanation.ts';
import { visible } from '../text/visible.ts';

/** Rows and columns of a result that differ from the gold's. */
export function ExplainedRows({ rows }: { readonly rows: Rows }) {
  const { columns, expected_count, extra, first_wrong_row, given_count, missing, ordered } = rows;
  return (
    <div>
      <h3>
        Rows{' '}
        <span class="quiet">
          {given_count} given, {expected_count} expected{ordered ? '; their order counts' : ''}
          {first_wrong_row === null ? '' : `; row ${first_wrong_row + 1} is the first that differs`}
        </span>
      </h3>
      <Rowset
        title="Missing: only the gold has them"
        tone="minus"
        columns={columns.expected}
        rows={missing}
      />
      <Rowset title="Extra: only the answer has them" tone="plus" columns={columns.given} rows={extra} />
    </div>
  );
}

interface RowsetProps {
  readonly title: string;
  readonly tone: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

function Rowset({ columns, rows, title, tone }: RowsetProps) {
  if (rows.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys needs it
    <div class="scroll" tabIndex={0}>
      <table class={`cells ${tone}`}>
        <caption>{title}</caption>
        <thead>
          <tr>
            {columns.map((name) => (
              <th scope="col">{visible(name)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {row.map((cell) => (
                <td>{cellText(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellText(cell: unknown): string {
  if (cell === null) return 'NULL';
  return visible(typeof cell === 'string' ? cell : JSON.stringify(cell)).slice(0, 500);
}
