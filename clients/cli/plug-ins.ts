import { resolve } from 'node:path';
import type { Terminal } from './terminal.ts';

/** The environments that a command line names by their folders. */
export interface PlugIns {
  /** The environment's id for an argument that is one of these folders. Returns any other argument unchanged. */
  environmentId(text: string): string;
  /** With these folders in `STEPWELL_ENVIRONMENT`, for a server that the command starts, and for what lists its tasks. */
  readonly terminal: Terminal;
}

const FLAG = '--environment';
/** Commands whose first argument is an environment. */
const WITH_ARGUMENT: ReadonlySet<string | undefined> = new Set(['cheats', 'check']);

/** A path has a slash, or is a folder as it is written; an id never is one. */
function isPath(text: string): boolean {
  return text === '.' || text === '..' || text.includes('/');
}

/** Folders as the command line has them. Flags of some commands come from their definitions, so this is no flag's parser. */
function namedFolders(argv: readonly string[]): string[] {
  // There it is a setting, which takes nothing but folders.
  if (argv[0] === 'serve') return [];
  const values = argv.flatMap((word, index) => {
    const isValue = argv[index - 1] === FLAG || (index === 1 && WITH_ARGUMENT.has(argv[0]));
    if (isValue) return [word];
    return word.startsWith(`${FLAG}=`) ? [word.slice(FLAG.length + 1)] : [];
  });
  return values.filter(isPath);
}

/**
 * Load the environments of the folders that a command line names, e.g. `--environment ./mine`.
 * @throws {DefinitionError} with the file and the reason
 */
export async function loadPlugIns(argv: readonly string[], terminal: Terminal): Promise<PlugIns> {
  const folders = namedFolders(argv);
  const ids = new Map<string, string>();
  const environmentId = (text: string) => ids.get(text) ?? text;
  if (folders.length === 0) return { environmentId, terminal };
  const [{ loadDefinitions }, { builtInImages }, { joinedItems, splitItems }] = await Promise.all([
    import('../../environments/load-definition.ts'),
    import('../../docker/images/definitions.ts'),
    import('../../server/config/flags.ts'),
  ]);
  const known = splitItems(terminal.env.STEPWELL_ENVIRONMENT ?? '');
  const paths = [...new Set([...known, ...folders].map((path) => resolve(path)))];
  const names = builtInImages.map(({ name }) => name);
  const own = (await loadDefinitions(paths, names)).slice(-paths.length);
  for (const folder of folders) ids.set(folder, own[paths.indexOf(resolve(folder))]?.definition.id ?? folder);
  const env = { ...terminal.env, STEPWELL_ENVIRONMENT: joinedItems(paths) };
  return { environmentId, terminal: { ...terminal, env } };
}
