import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { SandboxError } from '../errors.ts';
import { suite } from './definitions.ts';
import { spawnGroup } from './program.ts';

/** Files that Debian's slim images leave out too. */
const leftOut = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*'];

export interface DebianTree {
  /** The root file system as an uncompressed tar. */
  readonly tar: Readable;
  /** Rejects if the build fails, after everything of it is removed. */
  readonly finished: Promise<void>;
}

/**
 * A minimal Debian with some packages, made by mmdebstrap from a Debian mirror.
 * @param onLine called with each line of progress
 * @param signal aborts the build
 */
export function bootstrapDebian(
  packages: readonly string[],
  onLine: (line: string) => void,
  signal?: AbortSignal,
): DebianTree {
  signal?.throwIfAborted();
  const args = ['--variant=minbase', '--format=tar', `--include=${packages.join(',')}`];
  args.push(...leftOut.map((path) => `--dpkgopt=path-exclude=${path}`));
  args.push('--dpkgopt=path-include=/usr/share/doc/*/copyright');
  // mmdebstrap copies these from the host; they do not belong into an image.
  args.push('--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"');
  args.push(suite, '-');
  // A folder of its own, so that nothing of an unfinished tree is left.
  const folder = mkdtempSync(join(tmpdir(), 'stepwell-debian-'));
  const env = { ...process.env, TMPDIR: folder };
  const child = spawnGroup('mmdebstrap', args, { env, stdio: ['ignore', 'pipe', 'pipe'] }, signal);
  const { stderr, stdout } = child;
  if (stderr === null || stdout === null) throw new Error('a program without pipes');
  let last = '';
  stderr.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((part) => part.trim() !== '')) {
      last = line;
      onLine(line.replace(/^[IW]: /, ''));
    }
  });
  const finished = new Promise<void>((resolve, reject) => {
    child.on('error', (error) => {
      const message = 'mmdebstrap cannot be started; install the package "mmdebstrap".';
      reject(new SandboxError('start_failed', message, { cause: error }));
    });
    child.on('close', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(new SandboxError('start_failed', `mmdebstrap failed: ${last}`));
    });
  }).finally(() => rm(folder, { recursive: true, force: true }));
  return { tar: stdout, finished };
}
