import { SandboxError } from '../../docker/errors.ts';
import type { FileEntry, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { type FileBelow, filesBelow } from './files-below.ts';
import { isBelow } from './held-back.ts';
import { isRoot, type Place, runAs } from './place.ts';
import { readReward, VERIFIER_LOGS } from './reward-file.ts';
import { isApart } from './room.ts';
import type { Scored } from './score.ts';
import type { TerminalStep } from './task.ts';
import { unpack, type Work } from './work.ts';

const TESTS = '/tests';
/** Bytes of the verifier's output that are kept. */
const OUTPUT_BYTES = 65_536;

/** Runs verifiers, each in a sandbox of its own: it is pristine, but for the work. */
export class Verifier {
  readonly #sandboxes: SandboxSource;
  /** Files of tests, by their step: an episode is graded by the tests that it began with. */
  readonly #tests = new WeakMap<object, readonly FileBelow[]>();

  constructor(sandboxes: SandboxSource) {
    this.#sandboxes = sandboxes;
  }

  /** Read the tests of a step, unless they are read already. */
  testsOf({ tests }: Pick<TerminalStep, 'tests'>): readonly FileBelow[] {
    const known = this.#tests.get(tests) ?? tests.flatMap(filesBelow);
    this.#tests.set(tests, known);
    return known;
  }

  /**
   * @param image name of the task's image
   * @param atMostMs cut it after this many milliseconds
   * @throws {SandboxError} on an infrastructure fault
   */
  async verify(
    step: Pick<TerminalStep, 'tests' | 'verification'>,
    work: Work,
    { workdir, env, limits, room }: Place,
    image: string,
    atMostMs: number,
  ): Promise<Scored> {
    const { verification } = step;
    await using sandbox = await this.#sandboxes.acquire({ image, purpose: 'grading' });
    const { user = 'root' } = verification;
    if (limits !== null) await sandbox.limit(limits);
    if (isApart(verification.has_network, room)) await sandbox.become({ network: 'none' });
    const folders = ['/logs/agent', '/logs/artifacts', workdir];
    const files: FileEntry[] = [
      { path: VERIFIER_LOGS, type: 'directory', mode: isRoot(user) ? 0o755 : 0o777 },
      ...folders.map((path): FileEntry => ({ path, type: 'directory' })),
      ...this.testsOf(step).map(({ path, content, mode }): FileEntry => {
        const isScript = path.endsWith('.sh');
        return { path: `${TESTS}/${path}`, type: 'file', content, mode: isScript ? 0o755 : mode };
      }),
    ];
    if (!(await prepared(sandbox, work, files))) return 'the work fills the disk';
    const { timedOut } = await sandbox.exec({
      argv: ['-c', `${TESTS}/test.sh`],
      byShell: true,
      cwd: workdir,
      ...runAs(user, { ...env, ...verification.env }),
      timeoutMs: Math.max(1, Math.min(verification.timeout_sec * 1000, atMostMs)),
      maxOutputBytes: OUTPUT_BYTES,
    });
    if (timedOut) return 'the verifier did not end in time';
    // What it left running must not write another reward while this one is read.
    await sandbox.quiesce('kill');
    return await readReward(sandbox);
  }
}

/** Whether work and files could be placed: the work may leave no room. */
async function prepared(sandbox: Sandbox, work: Work, files: readonly FileEntry[]): Promise<boolean> {
  try {
    // The image may have such folders, too.
    const there = (await sandbox.listFiles('/')).map(({ name }) => `/${name}`);
    const old = [TESTS, VERIFIER_LOGS].filter((path) => there.some((folder) => isBelow(path, folder)));
    const isPlaced = await unpack(sandbox, { ...work, removed: [...work.removed, ...old] });
    if (isPlaced) await sandbox.putFiles(files);
    return isPlaced;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'path_refused') return false;
    throw error;
  }
}
