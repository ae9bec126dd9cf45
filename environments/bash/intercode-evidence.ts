import { SandboxError } from '../../docker/errors.ts';
import type { ChecksumPath, LayerChange, RunResult, Sandbox } from '../../docker/sandbox.ts';
import { decodeText } from '../output-text.ts';
import { checksumPath, comparedPaths } from './intercode-reward.ts';

/** What InterCode reads of a file system. */
export interface FileEvidence {
  /** Output of `git status --short`; `null` if what the agent left prevents reading it. */
  readonly status: string | null;
  /** A digest of the checksum program's output for a path; `null` if InterCode cannot run it, or a bound is exceeded. */
  readonly checksums: ReadonlyMap<string, string | null>;
}

/**
 * Two attempts, and the checksums, end well before a client gives up waiting for a grade. 4 MiB is more than the names of all
 * files that a layer can have, unless they are very long.
 */
const INSPECTION = { cwd: '/', timeoutMs: 10_000, maxOutputBytes: 4 * 1024 * 1024 } as const;

/** Settings of the agent must not start programs or reach outside the sandbox. */
const GIT = [
  'git',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.untrackedCache=false',
  '-c',
  'submodule.recurse=false',
];
/** A nested repository has its own configuration, with filters that git would run to see whether files changed. */
const STATUS_COMMAND = ['status', '--short', '--ignore-submodules=dirty'];

/** At or above this exit status a signal ended git. 128 is an error of git itself, which InterCode shows. */
const BY_SIGNAL = 129;

/** Whether git ended by itself. */
function isEnded({ timedOut, exitCode }: RunResult): boolean {
  return !timedOut && exitCode !== null && exitCode < BY_SIGNAL;
}

/** An incomplete status would give another reward. */
function whole(result: RunResult): string | null {
  return isEnded(result) && result.truncatedBytes === 0 ? decodeText(result.output) : null;
}

/**
 * The status from the image's git. If it was cut off, git runs once more, because the container may have been paused or the
 * machine out of memory. If it is cut off again, the cause is what the agent left.
 */
async function gitStatus(sandbox: Sandbox): Promise<string | null> {
  const ask = () => sandbox.inspect({ ...INSPECTION, argv: [...GIT, ...STATUS_COMMAND] });
  try {
    const first = await ask();
    return whole(isEnded(first) ? first : await ask());
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'exhausted') return null;
    throw error;
  }
}

/** The evidence from the pristine image's git and checksums, for an image whose `/` is a repository. */
async function gitEvidence(sandbox: Sandbox, within: ReadonlySet<string> | null): Promise<FileEvidence> {
  const status = await gitStatus(sandbox);
  const paths = comparedPaths(status ?? '').filter((path) => within === null || within.has(path));
  const asked = new Map<string, ChecksumPath | null>(paths.map((path) => [path, checksumPath(path)]));
  const known = [...asked.values()].filter((path) => path !== null);
  const sums = (await sandbox.checksums(known)).values();
  const checksums = new Map<string, string | null>();
  for (const [path, one] of asked) checksums.set(path, one === null ? null : (sums.next().value ?? null));
  return { status, checksums };
}

/** The folders of `/` that InterCode's repository ignores. */
const IGNORED = new Set(
  'bin boot dev etc home lib media opt proc root run sbin srv sys usr var .dockerenv'.split(' '),
);
const STATUS: Readonly<Record<LayerChange['kind'], string>> = {
  added: '??',
  modified: 'M',
  deleted: 'D',
  type_changed: 'T',
  mode_changed: 'M',
  // Git does not track them.
  attributes_changed: '',
};

/** A path as git would print it, without characters that separate words. */
function oneWord(path: string): string {
  return path.slice(1).replaceAll(/\s/g, '␣');
}

/** The same from the layer, for an image without a repository: folders are neither collapsed nor listed. */
async function layerEvidence(sandbox: Sandbox): Promise<FileEvidence> {
  const { changes, exceeded } = await sandbox.diff();
  if (exceeded !== null) return { status: null, checksums: new Map() };
  const shown = changes.filter(
    ({ path, kind, type }) =>
      type !== 'directory' &&
      kind !== 'attributes_changed' &&
      !path.split('/').some((segment) => IGNORED.has(segment)),
  );
  const lines = shown.map(({ path, kind }) => `${STATUS[kind]} ${oneWord(path)}`);
  return {
    status: lines.join('\n'),
    checksums: new Map(shown.map(({ path, type, sha256 }) => [oneWord(path), `${type} ${sha256}`])),
  };
}

export interface EvidenceOptions {
  /** Whether `/` of the image is a git repository. */
  readonly gitAtRoot: boolean;
  /** Paths whose checksums are needed. `null`: all new paths */
  readonly within: ReadonlySet<string> | null;
}

/** Read the files of a sandbox where the agent cannot interfere. */
export function fileEvidence(sandbox: Sandbox, options: EvidenceOptions): Promise<FileEvidence> {
  return options.gitAtRoot ? gitEvidence(sandbox, options.within) : layerEvidence(sandbox);
}
