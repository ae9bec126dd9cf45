import { parse } from 'smol-toml';
import { valueAt } from './schema-issue.ts';

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/y;

interface Token {
  readonly text: string;
  readonly at: number;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    const [whole, token = ''] = found;
    tokens.push({ text: token, at: found.index + whole.length - token.length });
  }
  return tokens;
}

/** Index of the token after the value that begins at `start`. */
function behind(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const text = tokens[at]?.text ?? '';
    if (text === '{' || text === '[') depth += 1;
    if (text === '}' || text === ']') depth -= 1;
    if (depth === 0) return at + 1;
  }
  return tokens.length;
}

/** Index of the token at which the key or element of a path begins, or of the last existing part of the path. */
function tokenAt(tokens: readonly Token[], start: number, [key, ...rest]: readonly PropertyKey[]): number {
  const open = tokens[start]?.text;
  if (key === undefined || (open !== '{' && open !== '[')) return start;
  let at = start + 1;
  for (let index = 0; at < tokens.length && !/^[}\]]$/.test(tokens[at]?.text ?? ''); index += 1) {
    const value = open === '{' ? at + 2 : at;
    const name: unknown = open === '{' ? JSON.parse(tokens[at]?.text ?? '""') : index;
    if (name === key) {
      const inner = tokenAt(tokens, value, rest);
      return rest.length === 0 || inner === value ? at : inner;
    }
    at = behind(tokens, value);
    if (tokens[at]?.text === ',') at += 1;
  }
  return start;
}

/** Line, from 1, of a path in a JSON text, or of the last existing part of the path. */
export function lineInJson(text: string, path: readonly PropertyKey[]): number {
  const tokens = tokensOf(text);
  return text.slice(0, tokens[tokenAt(tokens, 0, path)]?.at ?? 0).split('\n').length;
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Line, from 1, of a path in a TOML text, or of the last existing part of the path. The parser reports no places, so lines
 * are added until the path exists: it begins after the last lines that could be parsed without it.
 */
export function lineInToml(text: string, path: readonly PropertyKey[]): number {
  const whole = parsed(text);
  let known = path;
  while (known.length > 0 && valueAt(whole, known) === undefined) known = known.slice(0, -1);
  if (known.length === 0) return 1;
  const lines = text.split('\n');
  let without = 0;
  for (let count = 1; count <= lines.length; count += 1) {
    const part = parsed(`${lines.slice(0, count).join('\n')}\n`);
    if (part === undefined) continue;
    if (valueAt(part, known) !== undefined) break;
    without = count;
  }
  return without + 1;
}
