import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { SandboxError } from '../errors.ts';
import { suite } from './definitions.ts';
import { spawnGroup } from './program.ts';

/** What Debian's slim images leave out as well. */
const leftOut = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*'];

export interface DebianTree {
  /** The root file system as an uncompressed tar. */
  readonly tar: Readable;
  /** Rejects when it could not be made, once nothing of it is left. */
  readonly finished: Promise<void>;
}

/**
 * A minimal Debian with some packages, made by mmdebstrap from a Debian mirror.
 * @param onLine what it is doing, a line at a time
 * @param signal ends it
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
  // Copied from the host while packages are installed; they are the host's own business.
  args.push('--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"');
  args.push(suite, '-');
  // A folder of its own, so that nothing stays of a tree that was not finished.
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
