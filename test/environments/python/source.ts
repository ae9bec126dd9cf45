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
