import { SandboxError } from '../../docker/errors.ts';
import type { FileEntry, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { outputText } from '../output-text.ts';
import { type FileBelow, filesBelow } from './files-below.ts';
import { isBelow } from './held-back.ts';
import { isRoot, type Place, runAs } from './place.ts';
import { readReward, VERIFIER_LOGS } from './reward-file.ts';
import { isApart } from './room.ts';
import type { Scored } from './score.ts';
import { started } from './start.ts';
import type { TerminalStep } from './task.ts';
import { unpack, type Work } from './work.ts';

const TESTS = '/tests';
/** Bytes of the verifier's output that are kept. */
const OUTPUT_BYTES = 65_536;

/** The answer of a submit, and the file that gets it. */
export interface Answer {
  readonly path: string;
  readonly text: string;
}

/** What a verifier gave, and what it printed. */
export interface Verified {
  readonly scored: Scored;
  /** The beginning and the end of what it printed; empty if it did not run. */
  readonly output: string;
  /** `null` if it did not run or did not end. */
  readonly exitCode: number | null;
}

/** A verifier that did not run. @param why there is no reward */
export function notRun(why: string): Verified {
  return { scored: why, output: '', exitCode: null };
}

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
   * @param answer a file that the agent's submit brings
   * @throws {SandboxError} on an infrastructure fault
   */
  async verify(
    step: Pick<TerminalStep, 'tests' | 'verification'>,
    work: Work,
    place: Place,
    image: string,
    atMostMs: number,
    answer?: Answer,
  ): Promise<Verified> {
    const { workdir, env, limits, room } = place;
    const { verification } = step;
    await using sandbox = await this.#sandboxes.acquire({ image, purpose: 'grading' });
    const { user = 'root' } = verification;
    if (limits !== null) await sandbox.limit(limits);
    if (isApart(verification.has_network, room)) await sandbox.become({ network: 'none' });
    await started(sandbox, place);
    const folders = ['/logs/agent', '/logs/artifacts', workdir];
    const files: FileEntry[] = [
      { path: VERIFIER_LOGS, type: 'directory', mode: isRoot(user) ? 0o755 : 0o777 },
      ...folders.map((path): FileEntry => ({ path, type: 'directory' })),
      ...this.testsOf(step).map(({ path, content, mode }): FileEntry => {
        const isScript = path.endsWith('.sh');
        return { path: `${TESTS}/${path}`, type: 'file', content, mode: isScript ? 0o755 : mode };
      }),
      ...(answer === undefined
        ? []
        : [{ path: answer.path, type: 'file', content: `${answer.text}\n` } as const]),
    ];
    if (!(await prepared(sandbox, work, files, answer))) return notRun('the work fills the disk');
    const result = await sandbox.exec({
      argv: ['-c', `${TESTS}/test.sh`],
      byShell: true,
      cwd: workdir,
      ...runAs(user, { ...env, ...verification.env }),
      timeoutMs: Math.max(1, Math.min(verification.timeout_sec * 1000, atMostMs)),
      maxOutputBytes: OUTPUT_BYTES,
    });
    const { text: output } = outputText(result);
    const { exitCode, timedOut } = result;
    if (timedOut) return { scored: 'the verifier did not end in time', output, exitCode: null };
    // What it left running must not write another reward while this one is read.
    await sandbox.quiesce('kill');
    return { scored: await readReward(sandbox), output, exitCode };
  }
}

/** Whether work and files could be placed: the work may leave no room. */
async function prepared(
  sandbox: Sandbox,
  work: Work,
  files: readonly FileEntry[],
  answer: Answer | undefined,
): Promise<boolean> {
  try {
    // The image may have such folders, too.
    const there = (await sandbox.listFiles('/')).map(({ name }) => `/${name}`);
    const old = [TESTS, VERIFIER_LOGS].filter((path) => there.some((folder) => isBelow(path, folder)));
    if (!(await unpack(sandbox, { ...work, removed: [...work.removed, ...old] }))) return false;
    // The agent may have left a link in its place.
    if (answer !== undefined && !(await unpack(sandbox, { archives: [], removed: [answer.path] })))
      return false;
    await sandbox.putFiles(files);
    return true;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'path_refused') return false;
    throw error;
  }
}
