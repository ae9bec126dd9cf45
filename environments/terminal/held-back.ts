import type { LayerChange } from '../../docker/sandbox.ts';
import type { EnteredPlace } from './place.ts';

/** What no verifier gets from an agent, and what is no file of the disk. */
const NEVER = ['/tests', '/logs', '/dev', '/proc', '/sys'];
/** Where the verifier's programs and their settings come from. */
const PROGRAMS = [
  ...['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'],
  ...['/etc/ld.so.preload', '/etc/ld.so.conf', '/etc/ld.so.conf.d', '/etc/ld.so.cache', '/etc/alternatives'],
  ...['/etc/profile', '/etc/profile.d', '/etc/bash.bashrc', '/etc/environment', '/etc/inputrc'],
  ...['/etc/python3', '/etc/pip.conf', '/etc/gitconfig', '/etc/curlrc', '/etc/wgetrc'],
];
/** The same below the home. */
const HOME_PROGRAMS = [
  ...['.bashrc', '.bash_profile', '.bash_login', '.profile', '.inputrc', '.local', '.cache', '.pip'],
  ...['.config/pip', '.config/uv', '.curlrc', '.wgetrc', '.gitconfig', '.config/git', '.npmrc', '.pythonrc'],
];
/** Files that Python and pytest load by their names; at the root, also what pytest finds above `/tests`. */
const LOADED =
  /(^|\/)(conftest\.py|pytest\.ini|\.pytest\.ini|(site|user)customize\.py|[^/]+\.pth|_virtualenv\.py)$|^\/(pyproject\.toml|tox\.ini|setup\.cfg|setup\.py)$/;

/**
 * Chooses the changes that a verifier gets. Those to its own programs are held back, as an agent could replace what grades it,
 * unless the solution makes them too: it changes the same path, or both only add files to the same folder of programs.
 */
export class HeldBack {
  readonly #programs: readonly string[];

  constructor({ workdir, env, home: given }: EnteredPlace) {
    const home = given.replace(/\/$/, '');
    const searched = (env.PATH ?? '').split(':').map((folder) => folder.replace(/\/s?bin\/?$/, ''));
    // A folder that holds the work itself cannot be held back.
    const own = searched.filter((folder) => folder.startsWith('/') && !isBelow(workdir, folder));
    this.#programs = [...PROGRAMS, ...HOME_PROGRAMS.map((name) => `${home}/${name}`), ...own];
  }

  /** Whether a change concerns what the verifier's programs come from, so that the solution's changes matter. */
  concerns({ path }: LayerChange): boolean {
    return LOADED.test(path) || this.#folderOf(path) !== undefined;
  }

  /** @param gold the solution's changes */
  carried(changes: readonly LayerChange[], gold: readonly LayerChange[]): LayerChange[] {
    const same = new Set(gold.map(({ path }) => path));
    const opened = new Set(gold.filter(isAdded).map(({ path }) => this.#folderOf(path)));
    return changes.filter((change) => {
      if (isNever(change)) return false;
      if (same.has(change.path) || !this.concerns(change)) return true;
      return !LOADED.test(change.path) && isAdded(change) && opened.has(this.#folderOf(change.path));
    });
  }

  #folderOf(path: string): string | undefined {
    return this.#programs.find((folder) => isBelow(path, folder));
  }
}

/** Whether no verifier gets this change. */
export function isNever({ path }: LayerChange): boolean {
  return NEVER.some((folder) => isBelow(path, folder));
}

/** Whether a path is a folder or below it. */
export function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function isAdded({ kind }: LayerChange): boolean {
  return kind === 'added';
}
