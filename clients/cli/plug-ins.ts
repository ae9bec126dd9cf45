import { resolve } from 'node:path';
import type { Terminal } from './terminal.ts';

/** A command line whose environments are all named by their ids. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly terminal: Terminal;
}

const FLAG = '--environment';
/** Commands whose first argument is an environment. */
const WITH_ARGUMENT: ReadonlySet<string | undefined> = new Set(['cheats', 'check']);

/** A path has a slash, or is a folder as it is written; an id never is one. */
function isPath(text: string): boolean {
  return text === '.' || text === '..' || text.includes('/');
}

/**
 * Put the id of its environment in the place of each folder that the command line names (`--environment ./mine`), and the
 * folder into `STEPWELL_ENVIRONMENT`, so that a server started by the command, or what looks at its tasks, has the environment.
 * @throws {DefinitionError} with the file and the reason
 */
export async function withPlugIns(argv: readonly string[], terminal: Terminal): Promise<CommandLine> {
  // There it is a setting, which takes nothing but folders.
  if (argv[0] === 'serve') return { argv, terminal };
  const words = [...argv];
  const folders: string[] = [];
  const idOf = async (path: string): Promise<string> => {
    const { loadDefinition } = await import('../../environments/load-definition.ts');
    folders.push(resolve(path));
    return (await loadDefinition(path)).id;
  };
  for (const [index, word] of argv.entries()) {
    const isValue = argv[index - 1] === FLAG || (index === 1 && WITH_ARGUMENT.has(argv[0]));
    if (isValue && isPath(word)) words[index] = await idOf(word);
    const joined = word.startsWith(`${FLAG}=`) ? word.slice(FLAG.length + 1) : '';
    if (isPath(joined)) words[index] = `${FLAG}=${await idOf(joined)}`;
  }
  if (folders.length === 0) return { argv, terminal };
  const known = terminal.env.STEPWELL_ENVIRONMENT?.split(',').map((path) => resolve(path)) ?? [];
  const STEPWELL_ENVIRONMENT = [...new Set([...known, ...folders])].join(',');
  return { argv: words, terminal: { ...terminal, env: { ...terminal.env, STEPWELL_ENVIRONMENT } } };
}
