/** The text ends inside quotes or after a backslash. */
export class UnbalancedQuotesError extends Error {
  override readonly name = 'UnbalancedQuotesError';
}

const WHITE_SPACE = ' \t\r\n';
/** Characters that end a run of literal characters: outside quotes, and between double quotes. */
const SPECIAL = /[\\'" \t\r\n]/g;
const QUOTED_SPECIAL = /[\\"]/g;

/** Index of the next match of a pattern, or of the end. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/**
 * Split a command line as Python's `shlex.split` does with `posix=True`. Single quotes keep everything. Double quotes keep
 * everything except `\"` and `\\`. A backslash outside quotes keeps the next character (a line feed too). There are no
 * comments.
 * @throws {UnbalancedQuotesError} if Python raises `ValueError`
 */
export function posixWords(text: string): string[] {
  const words: string[] = [];
  let word = '';
  let begun = false;
  let quote: '"' | "'" | '' = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote === "'") {
      const end = text.indexOf("'", at);
      if (end < 0) break;
      word += text.slice(at, end);
      at = end;
      quote = '';
    } else if (char === '\\') {
      at += 1;
      if (at >= text.length) throw new UnbalancedQuotesError('No escaped character');
      const escaped = text.charAt(at);
      word += quote === '"' && escaped !== '"' && escaped !== '\\' ? `\\${escaped}` : escaped;
      begun = true;
    } else if (quote === '"') {
      const end = next(QUOTED_SPECIAL, text, at);
      word += text.slice(at, end);
      if (text.charAt(end) === '"') quote = '';
      at = text.charAt(end) === '\\' ? end - 1 : end;
    } else if (char === '"' || char === "'") {
      quote = char;
      begun = true;
    } else if (WHITE_SPACE.includes(char)) {
      if (begun) words.push(word);
      word = '';
      begun = false;
    } else {
      const end = next(SPECIAL, text, at);
      word += text.slice(at, end);
      begun = true;
      at = end - 1;
    }
  }
  if (quote !== '') throw new UnbalancedQuotesError('No closing quotation');
  if (begun) words.push(word);
  return words;
}

/** Quote a word so that a POSIX shell reads it unchanged. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
