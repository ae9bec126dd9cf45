import { isUtf8 } from 'node:buffer';
import { shellQuote } from '../bash/posix-words.ts';
import { filesBelow } from './files-below.ts';

/** Where a solution lies while it runs. */
const PLACE = '/solution';
/** An image may have no Bash. */
const SHELL = '"$(command -v bash || echo sh)"';

/** Shell code that writes the files of a solution's folder and runs its `solve.sh`, so that its end is not the shell's. */
export function solutionCode(folder: string, env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, value]) => shellQuote(`${name}=${value}`));
  const run = [...(variables.length === 0 ? [] : ['env', ...variables]), SHELL, `${PLACE}/solve.sh`];
  const written = filesBelow(folder).flatMap(({ path, content }) => {
    const target = `${PLACE}/${path}`;
    const parent = target.slice(0, target.lastIndexOf('/'));
    return [`mkdir -p ${shellQuote(parent)}`, writing(content, shellQuote(target))];
  });
  return [...written, run.join(' ')].join('\n');
}

function writing(content: Buffer, target: string): string {
  const text = content.toString();
  const isPlain = isUtf8(content) && text.endsWith('\n') && !text.includes('\0');
  if (isPlain && !/^END_OF_FILE$/m.test(text)) return `cat > ${target} <<'END_OF_FILE'\n${text}END_OF_FILE`;
  return `base64 -d > ${target} <<'END_OF_FILE'\n${content.toString('base64')}\nEND_OF_FILE`;
}
