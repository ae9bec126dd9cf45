import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { shellQuote } from '../../bash/posix-words.ts';
import { checked, DatasetError } from '../../dataset-error.ts';
import { withoutOwnKeys } from '../../own-keys.ts';
import { type FoundRecord, recordList } from '../../record-list.ts';
import type { ImportResult } from '../intercode.ts';
import { findRepository, type Patched, Repository, RepositoryError } from './repositories.ts';
import { type WrittenFile, type WrittenTask, writeTasks } from './written-tasks.ts';

export interface SweBenchOptions {
  readonly home: string;
  /** Name of the dataset. */
  readonly name: string;
  /** Folder with the repositories: `owner/name`, `owner__name` or `name`, each a clone, a bare one (`.git`) or a bundle (`.bundle`). */
  readonly repositories: string;
  /** Whether the instruction shows `hints_text`. @default false */
  readonly hints?: boolean;
}

const PLACE = '/testbed';
const HISTORY = 'repository.bundle';
const CLONE = `git clone -q -b main /start/${HISTORY} . && git remote remove origin\n`;
const FIX = 'git apply --whitespace=nowarn';
const GRADE = new URL('swe-bench/test.sh', import.meta.url);
const OUTCOMES = new URL('swe-bench/outcomes.py', import.meta.url);
/** Time limit of SWE-bench's harness for the tests of one task, in seconds. */
const TESTS_S = 1800;

/** Names of tests: a list, or one encoded as JSON, as the published files have it. */
const names = z.preprocess(
  decoded,
  z.array(
    z
      .string()
      .min(1)
      .regex(/^[^\n]*$/, 'a name is one line'),
  ),
);

const SweBenchRecord = z.strictObject({
  instance_id: z.string().min(1),
  /** `owner/name`. */
  repo: z.string().regex(/^[\w.-]+(\/[\w.-]+)?$/, 'use owner/name'),
  base_commit: z.string().min(1),
  problem_statement: z.string().min(1),
  hints_text: z.string().nullish(),
  patch: z.string().min(1),
  test_patch: z.string(),
  FAIL_TO_PASS: names,
  PASS_TO_PASS: names,
  /** An image that has the repository at this commit in `/testbed`. @default the image `bash`, with a clone */
  image: z.string().min(1).nullish(),
  /** Runs one test: `{test}` is its name. It passed if the status is 0. @default pytest or unittest, by the names */
  test_command: z.string().includes('{test}', 'it has no {test}, the name of the test').nullish(),
  /** Bash code before the tests, e.g. to enter a virtual environment. */
  test_setup: z.string().nullish(),
  /** Who runs the tests. @default nobody */
  test_user: z
    .string()
    .regex(/^[\w-]+$/, 'not the name of a user')
    .nullish(),
  /** Patches that do not solve it. */
  wrong: z.array(z.string().min(1)).optional(),
  /** Scripts that try to get the reward without solving it. */
  cheats: z.array(z.string().min(1)).optional(),
});
type SweBenchRecord = z.infer<typeof SweBenchRecord>;

/** Keys that published files have beside these. */
const PUBLISHED = ['version', 'created_at', 'environment_setup_commit', 'difficulty', 'image_name', 'hints'];

function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** @throws {DatasetError} for a file that is malformed, with line and field */
async function recordsOf(
  file: string,
): Promise<{ readonly record: SweBenchRecord; readonly found: FoundRecord }[]> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DatasetError({ file }, 'the file cannot be read', { cause: error });
  });
  const records = recordList(text, file, 'tasks') ?? [];
  if (records.length === 0) throw new DatasetError({ file }, 'the file has no records');
  return records.map((found) => {
    const value = withoutOwnKeys(found.value, Object.keys(SweBenchRecord.shape), PUBLISHED);
    const record = checked(SweBenchRecord, value, found.place);
    if (record.FAIL_TO_PASS.length === 0) {
      throw new DatasetError(found.place(['FAIL_TO_PASS']), 'no test would show that the issue is solved');
    }
    return { record, found };
  });
}

/**
 * Import records in the format of SWE-bench. A record whose repository is not there, or does not have the commit that its patches are
 * made for, is left out with the reason.
 * @throws {DatasetError} for a malformed record, or if no record is left; nothing is written then
 */
export async function importSweBench(file: string, options: SweBenchOptions): Promise<ImportResult> {
  const records = await recordsOf(file);
  const tasks: WrittenTask[] = [];
  const left: { readonly name: string; readonly reason: string }[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-import-'));
  try {
    const repositories = new Repositories(options.repositories, folder);
    for (const [index, { record, found }] of records.entries()) {
      try {
        const repository = await repositories.named(record.repo);
        tasks.push(await taskOf(record, found, repository, join(folder, `${index}`), options));
      } catch (error) {
        if (!(error instanceof RepositoryError)) throw error;
        left.push({ name: record.instance_id, reason: error.message });
      }
    }
    const [first] = left;
    if (tasks.length === 0) {
      throw new DatasetError({ file }, `no task can be played; e.g. ${first?.name}: ${first?.reason}`);
    }
    return { imported: [await writeTasks(tasks, options)], left };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies of repositories, each made once. */
class Repositories {
  readonly #from: string;
  readonly #folder: string;
  readonly #known = new Map<string, Promise<Repository>>();

  constructor(from: string, folder: string) {
    // git runs in another folder.
    this.#from = resolve(from);
    this.#folder = folder;
  }

  /** @throws {RepositoryError} */
  named(repo: string): Promise<Repository> {
    const known = this.#known.get(repo) ?? this.#copy(repo);
    this.#known.set(repo, known);
    return known;
  }

  async #copy(repo: string): Promise<Repository> {
    const source = await findRepository(this.#from, repo);
    if (source !== null) return Repository.copy(source, join(this.#folder, `r${this.#known.size}`));
    const names = [repo, repo.replaceAll('/', '__')].map((name) => `${name}[.git|.bundle]`);
    throw new RepositoryError(`the repository ${repo} is not in ${this.#from} (${names.join(', ')})`);
  }
}

/** @throws {RepositoryError} for a commit or a patch that does not fit the repository */
async function taskOf(
  record: SweBenchRecord,
  { place }: FoundRecord,
  repository: Repository,
  folder: string,
  { hints = false }: SweBenchOptions,
): Promise<WrittenTask> {
  const {
    instance_id: id,
    repo,
    image,
    patch,
    test_patch,
    hints_text: hint,
    wrong = [],
    cheats = [],
  } = record;
  const commit = await named('base_commit', () => repository.commit(record.base_commit));
  await named('patch', () => repository.patched(commit, patch, join(folder, 'fixed')));
  const tests = await named('test_patch', () =>
    repository.patched(commit, test_patch, join(folder, 'tests')),
  );
  if (!image) await repository.bundle(commit, join(folder, HISTORY));
  const shown = hints && hint ? `\n\nHints:\n\n${hint}` : '';
  const about = `The repository ${repo} is in ${PLACE}. Solve this issue; hidden tests will check it.`;
  return {
    id,
    place: place(['instance_id']),
    instruction: `${about}\n\n${record.problem_statement.trim()}${shown}`,
    config: {
      task: { keywords: ['repository', repo] },
      metadata: { repo, base_commit: commit },
      environment: { workdir: PLACE, network_mode: 'no-network', ...(image ? { docker_image: image } : {}) },
      verifier: { timeout_sec: TESTS_S },
    },
    files: [
      ...(await testFiles(record, tests)),
      ...(image ? [] : [{ path: 'start/start.sh', content: CLONE }]),
      { path: 'solution/solve.sh', content: `${FIX} /solution/fix.patch\n` },
      { path: 'solution/fix.patch', content: ended(patch) },
      ...wrong.map((one, index) => ({ path: `wrong/${index + 1}.sh`, content: applying(one) })),
      ...cheats.map((one, index) => ({ path: `cheats/${index + 1}.sh`, content: ended(one) })),
    ],
    copied: [
      ...(tests.written.length === 0 ? [] : [{ from: join(folder, 'tests'), to: 'tests/files' }]),
      ...(image ? [] : [{ from: join(folder, HISTORY), to: `start/${HISTORY}` }]),
    ],
  };
}

/** Names the field that a repository does not fit. */
async function named<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RepositoryError)) throw error;
    throw new RepositoryError(`${field} does not fit the repository: ${error.message}`, { cause: error });
  }
}

/** What the verifier gets, besides the files that the hidden tests are in. */
async function testFiles(record: SweBenchRecord, { removed }: Patched): Promise<WrittenFile[]> {
  const { test_command, test_user, test_setup } = record;
  const settings = [
    ...(test_command ? [`test_command=${shellQuote(test_command)}`] : []),
    ...(test_user ? [`test_user=${shellQuote(test_user)}`] : []),
    ...(test_setup ? [test_setup] : []),
  ];
  return [
    { path: 'tests/test.sh', content: await readFile(GRADE) },
    { path: 'tests/outcomes.py', content: await readFile(OUTCOMES) },
    { path: 'tests/fail-to-pass.txt', content: lines(record.FAIL_TO_PASS) },
    { path: 'tests/pass-to-pass.txt', content: lines(record.PASS_TO_PASS) },
    { path: 'tests/removed.txt', content: lines(removed) },
    ...(settings.length === 0 ? [] : [{ path: 'tests/settings.sh', content: lines(settings) }]),
  ];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}

function ended(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function applying(patch: string): string {
  return `${FIX} - <<'END_OF_PATCH'\n${ended(patch)}END_OF_PATCH\n`;
}
