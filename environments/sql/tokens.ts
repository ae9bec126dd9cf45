import type { Dialect } from './task.ts';

const COMMON = [
  String.raw`\/\*[\s\S]*?(?:\*\/|$)`,
  String.raw`[\p{L}_$][\p{L}\p{N}_$]*`,
  String.raw`\d[\w.]*`,
  String.raw`\s+`,
  String.raw`[\s\S]`,
];
/** Strings and quoted names with their doubled quotes. */
const SQLITE = ["'(?:[^']|'')*'", '"(?:[^"]|"")*"', String.raw`\[[^\]]*\]`, '--[^\n]*'];
/** A backslash escapes in strings; `--` begins a comment only before white space; text in `/*!` is executed. */
const MYSQL = [
  String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`,
  String.raw`"(?:[^"\\]|\\[\s\S]|"")*"`,
  String.raw`--(?=\s|$)[^\n]*`,
  '#[^\n]*',
  String.raw`\/\*!\d*`,
];
const BACKTICKS = '`(?:[^`]|``)*`';
const IGNORED = /^(?:\s|--.|--$|#|\/\*)/;

/** Words, quoted texts and signs of an SQL text, without comments and white space. */
export function tokens(sql: string, dialect: Dialect): string[] {
  const own = dialect === 'sqlite' ? SQLITE : MYSQL;
  const pattern = new RegExp([...own, BACKTICKS, ...COMMON].join('|'), 'gu');
  return [...sql.matchAll(pattern)].map(([token]) => token).filter((token) => !IGNORED.test(token));
}

/** Quotes of names in the dialect. SQLite reads a text in double quotes as a name if such a name exists. */
const QUOTED_NAME: Readonly<Record<Dialect, RegExp>> = { sqlite: /^[`"[]./s, mysql: /^`./s };

/** The token's name in lower case, without its quotes; `null` for a text. */
export function nameOf(token: string, dialect: Dialect): string | null {
  if (QUOTED_NAME[dialect].test(token)) {
    const quote = token.charAt(0);
    return token
      .slice(1, -1)
      .replaceAll(quote + quote, quote)
      .toLowerCase();
  }
  return /^['"]/.test(token) ? null : token.toLowerCase();
}

/** Every name and word of an SQL text, in lower case, without its strings and comments. */
export function names(sql: string, dialect: Dialect): ReadonlySet<string> {
  return new Set(tokens(sql, dialect).flatMap((token) => nameOf(token, dialect) ?? []));
}
