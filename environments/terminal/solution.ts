import { isUtf8 } from 'node:buffer';
import { shellQuote } from '../bash/posix-words.ts';
import { filesBelow } from './files-below.ts';

/** Where a solution lies while it runs; a user that may not write there takes another folder. */
const PLACE = [
  'dir=/solution',
  'mkdir -p "$dir" 2> /dev/null && [ -w "$dir" ] || dir=/tmp/solution',
  'mkdir -p "$dir"',
];
/** An image may have no Bash. */
const SHELL = '"$(command -v bash || echo sh)"';

/** Shell code that writes the files of a solution's folder and runs its `solve.sh`, so that its end is not the shell's. */
export function solutionCode(folder: string, env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, value]) => shellQuote(`${name}=${value}`));
  const run = [...(variables.length === 0 ? [] : ['env', ...variables]), SHELL, '"$dir"/solve.sh'];
  const written = filesBelow(folder).flatMap(({ path, content }) => {
    const at = path.lastIndexOf('/');
    const target = `"$dir"/${shellQuote(path)}`;
    const parent = at < 0 ? [] : [`mkdir -p "$dir"/${shellQuote(path.slice(0, at))}`];
    return [...parent, writing(content, target)];
  });
  return ['(', ...PLACE, ...written, run.join(' '), ')'].join('\n');
}

function writing(content: Buffer, target: string): string {
  const text = content.toString();
  const isPlain = isUtf8(content) && text.endsWith('\n') && !text.includes('\0');
  if (isPlain && !/^END_OF_FILE$/m.test(text)) return `cat > ${target} <<'END_OF_FILE'\n${text}END_OF_FILE`;
  return `base64 -d > ${target} <<'END_OF_FILE'\n${content.toString('base64')}\nEND_OF_FILE`;
}
