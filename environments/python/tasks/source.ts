/**
 * Python source as it is written, without the indentation that all its lines share, ended by a newline.
 * Backslashes are Python's.
 */
export function python(text: TemplateStringsArray): string {
  const lines = (text.raw[0] ?? '').replace(/^\n/, '').trimEnd().split('\n');
  const depths = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const margin = Math.min(...depths);
  return lines.map((line) => `${line.slice(margin)}\n`).join('');
}

/**
 * A test's code: `valid` holds, and each of `calls` raises `error`. The first part keeps a solution that raises
 * whatever it is asked from passing.
 */
export function refuses(valid: string, error: string, calls: readonly string[]): string {
  const attempts = calls.flatMap((call) => [
    'try:',
    `    ${call}`,
    "    outcome = 'accepted'",
    `except ${error}:`,
    "    outcome = 'refused'",
    "assert outcome == 'refused'",
  ]);
  return [valid, ...attempts].join('\n');
}
