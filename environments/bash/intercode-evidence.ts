import { SandboxError } from '../../docker/errors.ts';
import type { LayerChange, Sandbox } from '../../docker/sandbox.ts';
import { decodeText } from '../output-text.ts';
import { checksumCommand, comparedPaths } from './intercode-reward.ts';
import { posixWords, UnbalancedQuotesError } from './posix-words.ts';

/** What InterCode sees of a file system. */
export interface FileEvidence {
  readonly status: string;
  readonly checksums: ReadonlyMap<string, string | null>;
}

const INSPECTION = { cwd: '/', timeoutMs: 30_000, maxOutputBytes: 4 * 1024 * 1024 } as const;

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

async function checksum(sandbox: Sandbox, path: string): Promise<string | null> {
  try {
    const argv = posixWords(checksumCommand(path));
    return decodeText((await sandbox.inspect({ ...INSPECTION, argv })).output);
  } catch (error) {
    if (error instanceof UnbalancedQuotesError) return null;
    throw error;
  }
}

/** By git and the checksum programs of the pristine image, for an image whose `/` is a repository. */
async function gitEvidence(sandbox: Sandbox, within: ReadonlySet<string> | null): Promise<FileEvidence> {
  const shown = await sandbox.inspect({ ...INSPECTION, argv: [...GIT, ...STATUS_COMMAND] });
  // Half a status would be another reward.
  if (shown.timedOut || shown.truncatedBytes > 0) {
    throw new SandboxError('unresponsive', 'The status of the files could not be read to its end.');
  }
  const status = decodeText(shown.output);
  const checksums = new Map<string, string | null>();
  for (const path of comparedPaths(status)) {
    if (within === null || within.has(path)) checksums.set(path, await checksum(sandbox, path));
  }
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
};

/** A path as git would name it, with nothing in it that separates words. */
function oneWord(path: string): string {
  return path.slice(1).replaceAll(/\s/g, '␣');
}

/** The same from the layer, for an image without a repository: no folder is collapsed, none stands for itself. */
async function layerEvidence(sandbox: Sandbox): Promise<FileEvidence> {
  const changes = (await sandbox.diff()).filter(
    ({ path, type }) => type !== 'directory' && !path.split('/').some((segment) => IGNORED.has(segment)),
  );
  const lines = changes.map(({ path, kind }) => `${STATUS[kind]} ${oneWord(path)}`);
  return {
    status: lines.join('\n'),
    checksums: new Map(changes.map(({ path, type, sha256 }) => [oneWord(path), `${type} ${sha256}`])),
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
