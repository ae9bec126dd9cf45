import { dirname } from 'node:path/posix';
import { z } from 'zod';
import type { Environment } from '../../environments/environment.ts';
import { ProtocolError } from '../../protocol/errors.ts';

const path = z
  .string()
  .min(1)
  .regex(/^[^\0]*$/, 'a path has no zero byte')
  .describe("Path, absolute or relative to the session's working directory.");
const encoding = z.enum(['text', 'base64']).default('text').describe('`base64` for files that are not text.');

/** What the tool `files` does, in one flat schema, as models and clients handle it best. */
export const FileRequest = z.strictObject({
  operation: z
    .enum(['list', 'read', 'write'])
    .describe('List a folder, read a file, or write one; `write` makes the folders above it.'),
  path,
  content: z.string().optional().describe('What `write` writes; it replaces what the file had.'),
  encoding,
});
export type FileRequest = z.infer<typeof FileRequest>;

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function bash({ operation, path, content = '', encoding }: FileRequest): string {
  const name = quoted(path.startsWith('-') ? `./${path}` : path);
  if (operation === 'list') return `ls -lA -- ${name}`;
  if (operation === 'read') return `${encoding === 'text' ? 'cat' : 'base64'} -- ${name}`;
  const text = encoding === 'text' && !content.includes('\0');
  const bytes = encoding === 'text' ? Buffer.from(content).toString('base64') : content;
  const make = `mkdir -p -- ${quoted(dirname(path))}`;
  if (text) return `${make} && printf %s ${quoted(content)} > ${name}`;
  return `${make} && printf %s ${quoted(bytes)} | base64 -d > ${name}`;
}

/** The text as a literal; JSON's are Python's, too. */
function literal(text: string): string {
  return JSON.stringify(text);
}

function python({ operation, path, content = '', encoding }: FileRequest): string {
  const name = literal(path);
  if (operation === 'list') return `print(*sorted(__import__('os').listdir(${name})), sep='\\n')`;
  if (operation === 'read' && encoding === 'text') {
    return `print(open(${name}, encoding='utf-8', errors='replace').read(), end='')`;
  }
  if (operation === 'read') {
    return `print(__import__('base64').b64encode(open(${name}, 'rb').read()).decode())`;
  }
  const file = `__import__('pathlib').Path(${name})`;
  const bytes =
    encoding === 'text'
      ? `${literal(content)}.encode('utf-8', 'surrogatepass')`
      : `__import__('base64').b64decode(${literal(content)})`;
  // An expression without a value: it leaves no names behind, and prints nothing.
  return `(${file}.parent.mkdir(parents=True, exist_ok=True), ${file}.write_bytes(${bytes}), None)[-1]`;
}

/**
 * The code that an agent would write for a request: `files` is a step like any other, with the agent's rights, recorded and
 * replayed as such.
 * @throws {ProtocolError} `unsupported` where the session has no files
 */
export function fileCode(language: Environment['language'], request: FileRequest): string {
  if (language === 'other') throw new ProtocolError('unsupported', 'The session has no files.');
  return language === 'bash' ? bash(request) : python(request);
}
