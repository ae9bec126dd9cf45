import { SandboxError } from '../../docker/errors.ts';
import type { ChecksumPath, LayerChange, RunResult, Sandbox } from '../../docker/sandbox.ts';
import { decodeText } from '../output-text.ts';
import { checksumPath, comparedPaths } from './intercode-reward.ts';

/** What InterCode sees of a file system. */
export interface FileEvidence {
  /** Output of `git status --short`; `null` where what the agent left keeps it from being read. */
  readonly status: string | null;
  /** A digest of what the checksum program prints of a path; `null` where InterCode cannot ask, or a bound is exceeded. */
  readonly checksums: ReadonlyMap<string, string | null>;
}

/**
 * Two attempts, and the checksums beside them, end well before a client that waits for a grade gives up. 4 MiB is more than the
 * names of as many files as a layer holds, but for very long ones.
 */
const INSPECTION = { cwd: '/', timeoutMs: 10_000, maxOutputBytes: 4 * 1024 * 1024 } as const;

/** No setting that the agent could have left behind may start a program or leave the sandbox. */
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
/** A repository inside has a configuration of its own, with filters that git would run to see whether files changed. */
const STATUS_COMMAND = ['status', '--short', '--ignore-submodules=dirty'];

/** From this exit status on a signal ended git. Below it git tells of a fault of its own (128), as InterCode shows it. */
const BY_SIGNAL = 129;

/** Whether git came to its end. */
function isEnded({ timedOut, exitCode }: RunResult): boolean {
  return !timedOut && exitCode !== null && exitCode < BY_SIGNAL;
}

/** Half a status would be another reward. */
function whole(result: RunResult): string | null {
  return isEnded(result) && result.truncatedBytes === 0 ? decodeText(result.output) : null;
}

/**
 * The status by the image's git. One that was cut off is asked for once more, as the container may have stood still or the
 * machine been out of memory meanwhile: if it is cut off again, then by what the agent left.
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

/** By git of the pristine image and checksums, for an image whose `/` is a repository. */
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
  // Git knows none of them.
  attributes_changed: '',
};

/** A path as git would name it, with nothing in it that separates words. */
function oneWord(path: string): string {
  return path.slice(1).replaceAll(/\s/g, '␣');
}

/** The same from the layer, for an image without a repository: no folder is collapsed, none stands for itself. */
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
  /** Paths whose checksums are wanted. `null`: of every new path */
  readonly within: ReadonlySet<string> | null;
}

/** Look at the files of a sandbox from outside the agent's reach. */
export function fileEvidence(sandbox: Sandbox, options: EvidenceOptions): Promise<FileEvidence> {
  return options.gitAtRoot ? gitEvidence(sandbox, options.within) : layerEvidence(sandbox);
}
