import type { ExplainedRows, ExplainedTest, Explanation } from '../../../protocol/explanation.ts';
import { columns, styled, type Terminal } from '../terminal.ts';
import { printable } from './printable.ts';

const SIGNS = { added: '+', missing: '-' } as const;

/** An explanation for a person, in lines. */
export function explanationText(terminal: Terminal, explanation: Explanation): string {
  const { answer, components, notes, paths, rows, tests, verifier } = explanation;
  const parts = [
    componentLines(components),
    ...notes.map(printable),
    ...(paths === undefined || paths.length === 0
      ? []
      : [heading(terminal, 'Paths that differ'), pathLines(terminal, paths)]),
    ...(rows === undefined ? [] : [rowLines(terminal, rows)]),
    ...(tests === undefined
      ? []
      : [heading(terminal, 'Tests'), ...tests.map((test) => testLines(terminal, test))]),
    ...(answer === undefined ? [] : [answerLines(terminal, answer)]),
    ...(verifier === undefined
      ? []
      : [
          heading(terminal, `Verifier (exit status ${verifier.exit_code ?? 'none'})`),
          printable(verifier.output).trimEnd(),
        ]),
    ...(explanation.cut ? [styled(terminal, 'dim', '(something was left out, to keep it small)')] : []),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function heading(terminal: Terminal, text: string): string {
  return `\n${styled(terminal, 'bold', text)}`;
}

function componentLines(components: Explanation['components']): string {
  return columns(
    components.map(({ name, value, weight, made_of }) => [
      printable(name),
      `${value.toFixed(3)}${weight === undefined ? '' : ` of ${weight.toFixed(3)}`}`,
      printable(made_of),
    ]),
  );
}

function pathLines(terminal: Terminal, paths: NonNullable<Explanation['paths']>): string {
  return paths
    .map(({ path, difference, diff, note }) => {
      const sign = difference in SIGNS ? SIGNS[difference as keyof typeof SIGNS] : '~';
      const why = note === undefined ? '' : styled(terminal, 'dim', ` (${printable(note)})`);
      const line = `  ${sign} ${printable(path)}: ${difference}${why}`;
      return diff === undefined ? line : `${line}\n${diffLines(terminal, diff)}`;
    })
    .join('\n');
}

/** Without the header, which names no files. */
export function diffLines(terminal: Terminal, diff: string): string {
  return printable(diff)
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(={3,}|---|\+\+\+|Index:)/.test(line))
    .map((line) => {
      const style = line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim';
      return `      ${styled(terminal, style, line)}`;
    })
    .join('\n');
}

function rowLines(terminal: Terminal, rows: ExplainedRows): string {
  const table = (sign: string, style: 'red' | 'green', found: readonly unknown[][]) =>
    found.map((row) => styled(terminal, style, `  ${sign} ${printable(JSON.stringify(row))}`));
  const order = rows.ordered ? ', their order counts' : '';
  return [
    heading(terminal, `Rows: ${rows.expected_count} expected, ${rows.given_count} given${order}`),
    `  expected columns: ${printable(rows.columns.expected.join(', '))}`,
    `  given columns:    ${printable(rows.columns.given.join(', '))}`,
    ...(rows.first_wrong_row === null
      ? []
      : [`  the first row that differs is row ${rows.first_wrong_row + 1}`]),
    ...table('-', 'red', rows.missing),
    ...table('+', 'green', rows.extra),
  ].join('\n');
}

function testLines(terminal: Terminal, { name, call, passed, expected, got, error }: ExplainedTest): string {
  const outcome = styled(terminal, passed ? 'green' : 'red', passed ? 'passed' : 'failed');
  if (passed) return `  ${outcome}  ${printable(name)}`;
  const facts = [
    ['call', call],
    ['expected', expected],
    ['got', got],
    ['error', error],
  ].flatMap(([what, text]) => (text === undefined ? [] : [`      ${what}: ${indented(text)}`]));
  return [`  ${outcome}  ${printable(name)}`, ...facts].join('\n');
}

function answerLines(
  terminal: Terminal,
  { expected, given, first_difference: at }: NonNullable<Explanation['answer']>,
): string {
  if (at === null) return `${heading(terminal, 'Answer')}\n  the same as expected`;
  const line = (text: string) => text.slice(0, at).split('\n').length;
  const marked = (text: string) => {
    const end = at >= text.length ? styled(terminal, 'yellow', '⟨end⟩') : '';
    const next = styled(terminal, 'yellow', printable(text.slice(at, at + 1)));
    return indented(`${printable(text.slice(0, at))}${next}${end}${printable(text.slice(at + 1))}`, false);
  };
  return [
    heading(terminal, `Answer: first difference in line ${line(expected)}, character ${at + 1}`),
    `  expected: ${marked(expected)}`,
    `  given:    ${marked(given)}`,
  ].join('\n');
}

function indented(text: string, isRaw = true): string {
  return (isRaw ? printable(text) : text).trimEnd().replaceAll('\n', '\n            ');
}
