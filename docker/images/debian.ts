import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { SandboxError } from '../errors.ts';
import { suite } from './definitions.ts';

/** What Debian's slim images leave out as well. */
const leftOut = ['/usr/share/man/*', '/usr/share/doc/*', '/usr/share/info/*', '/usr/share/locale/*'];

export interface DebianTree {
  /** The root file system as an uncompressed tar. */
  readonly tar: Readable;
  /** Rejects when it could not be made. */
  readonly finished: Promise<void>;
}

/**
 * A minimal Debian with some packages, made by mmdebstrap from a Debian mirror.
 * @param onLine what it is doing, a line at a time
 */
export function bootstrapDebian(packages: readonly string[], onLine: (line: string) => void): DebianTree {
  const args = ['--variant=minbase', '--format=tar', `--include=${packages.join(',')}`];
  args.push(...leftOut.map((path) => `--dpkgopt=path-exclude=${path}`));
  args.push('--dpkgopt=path-include=/usr/share/doc/*/copyright');
  // Copied from the host while packages are installed; they are the host's own business.
  args.push('--customize-hook=rm -f "$1/etc/resolv.conf" "$1/etc/hostname"');
  args.push(suite, '-');
  const child = spawn('mmdebstrap', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let last = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
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
      if (code === 0) resolve();
      else reject(new SandboxError('start_failed', `mmdebstrap failed: ${last}`));
    });
  });
  return { tar: child.stdout, finished };
}
