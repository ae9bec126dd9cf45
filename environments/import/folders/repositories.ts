import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MOST_BYTES = 256 * 1024 * 1024;
/** No settings of this machine, and no network: a repository is a folder or a file. */
const ENV = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'file',
  LC_ALL: 'C',
};
/** Names that a repository `owner/name` may have in a folder. */
const ENDS = ['', '.git', '.bundle'];

/** A patch that does not fit a commit, or a commit that is not there. */
export class RepositoryError extends Error {
  override readonly name = 'RepositoryError';
}

/** The state that a patch makes of a commit. */
export interface Patched {
  /** Paths of files that are added or changed. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/** A copy of a repository, bare, of which only the importer knows. */
export class Repository {
  readonly #folder: string;
  readonly #git: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#git = join(folder, 'repository.git');
  }

  /**
   * @param source a repository's folder, or a bundle
   * @param folder a new one, for the copy
   * @throws {RepositoryError} if git cannot read it
   */
  static async copy(source: string, folder: string): Promise<Repository> {
    await mkdir(folder, { recursive: true });
    const copy = new Repository(folder);
    await git(['clone', '--quiet', '--bare', '--no-hardlinks', '--', source, copy.#git], folder);
    return copy;
  }

  /** The whole id of a commit. @throws {RepositoryError} */
  async commit(name: string): Promise<string> {
    return (
      await this.#run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
    ).trim();
  }

  /**
   * Apply a patch to a commit, and write the files that it adds or changes.
   * @param target folder for these files
   * @throws {RepositoryError} if it does not apply
   */
  async patched(commit: string, patch: string, target: string): Promise<Patched> {
    const env = { GIT_INDEX_FILE: join(this.#folder, 'index') };
    await this.#run(['read-tree', commit], env);
    if (patch.trim() === '') return { written: [], removed: [] };
    await this.#run(['apply', '--cached', '--whitespace=nowarn', '-'], env, patch);
    const listed = await this.#run(
      ['diff-index', '--cached', '--no-renames', '--name-status', '-z', commit],
      env,
    );
    const fields = listed.split('\0').filter((field) => field !== '');
    const changes = Array.from({ length: fields.length / 2 }, (_, at) => ({
      kind: fields[2 * at],
      path: fields[2 * at + 1] ?? '',
    }));
    const written = changes.filter(({ kind }) => kind !== 'D').map(({ path }) => path);
    await mkdir(target, { recursive: true });
    if (written.length > 0) {
      const into = ['--work-tree', target, 'checkout-index', '--force', '--stdin', '-z'];
      await this.#run(into, env, written.join('\0'));
    }
    return { written, removed: changes.filter(({ kind }) => kind === 'D').map(({ path }) => path) };
  }

  /** Write a bundle with the branch `main` at a commit: its history, and nothing of what came after. */
  async bundle(commit: string, file: string): Promise<void> {
    await this.#run(['update-ref', 'refs/heads/main', commit]);
    await this.#run(['-c', 'pack.threads=1', 'bundle', 'create', '--quiet', file, 'refs/heads/main']);
  }

  #run(args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string): Promise<string> {
    return git(['--git-dir', this.#git, ...args], this.#folder, env, input);
  }
}

async function git(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
  input = '',
): Promise<string> {
  const running = run('git', args, {
    cwd,
    env: { PATH: process.env.PATH, ...ENV, ...env },
    maxBuffer: MOST_BYTES,
  });
  running.child.stdin?.on('error', () => {});
  running.child.stdin?.end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: unknown; readonly stderr?: string };
    if (code === 'ENOENT') throw new RepositoryError('git is not installed', { cause: error });
    const said = stderr
      .trim()
      .replace(/^(error|fatal): /, '')
      .replaceAll('\n', '; ');
    throw new RepositoryError(said === '' ? `git ended with status ${code}` : said, { cause: error });
  }
}

/** The place of a repository `owner/name` in a folder of repositories; `null` if it is not there. */
export async function findRepository(folder: string, repo: string): Promise<string | null> {
  const names = [repo, repo.replaceAll('/', '__'), repo.split('/').at(-1) ?? repo];
  for (const path of names.flatMap((name) => ENDS.map((end) => join(folder, `${name}${end}`)))) {
    if ((await stat(path).catch(() => null)) !== null) return path;
  }
  return null;
}
