import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { Tail } from './docker-stream.ts';
import type { Container } from './engine.ts';
import { runnerPath } from './labels.ts';
import type { ProcessLimits } from './local-limits.ts';
import type { ImageRef } from './sandbox.ts';

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Descriptors that this process got from its own parent must not reach an agent. */
const closeInherited = `for fd in /proc/$$/fd/*; do fd=\${fd##*/}; if ((fd > 2)); then eval "exec $fd>&-"; fi; done`;

export interface LaunchOptions {
  /** bubblewrap's arguments up to the command. */
  readonly enclosure: readonly string[];
  /** Settings of the runner. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: ProcessLimits;
}

/** The process tree of one local container: bubblewrap, and in it the runner as the first process. */
export class LocalProcess {
  readonly exited: Promise<{ readonly reason: string }>;
  readonly #child: ChildProcess;
  readonly #words = new Tail(4096);

  constructor({ enclosure, env, limits }: LaunchOptions) {
    const join = limits.joinFiles.map((file) => `echo $$ > '${file}'`);
    const outside = ['set -e', closeInherited, 'ulimit -c 0', ...join, 'exec bwrap "$@"'].join('\n');
    const inside = ['set -e', ...limits.shellLimits, `exec python3 -I -S ${runnerPath}`].join('\n');
    const args = [...enclosure, '--', '/bin/bash', '-c', inside];
    this.#child = spawn('/bin/bash', ['-c', outside, 'stepwell', ...args], {
      // A group of its own: a Ctrl+C in the server's terminal is the server's business.
      detached: true,
      env: { PATH: path, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#words.push(chunk));
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ reason: `cannot be started: ${error.message}` }));
      this.#child.once('close', (code, signal) => {
        const status = signal === null ? `exit status ${code}` : `killed by ${signal}`;
        resolve({ reason: this.#words.isEmpty ? status : `${status}: ${this.#words}` });
      });
    });
  }

  /** Kill the tree. Its first process dies with bubblewrap, and with that one everything in its pid namespace. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) this.#child.kill('SIGKILL');
    await this.exited;
  }
}

export interface LocalContainerOptions {
  readonly id: string;
  readonly image: ImageRef;
  readonly stream: Duplex;
  readonly process: LocalProcess;
  readonly limits: ProcessLimits;
  readonly onRemoved: () => void;
}

export class LocalContainer implements Container {
  readonly id: string;
  readonly image: ImageRef;
  readonly isolation = 'layer';
  readonly stream: Duplex;
  readonly exited: Promise<{ readonly reason: string }>;
  readonly #options: LocalContainerOptions;
  #removal: Promise<void> | null = null;

  constructor(options: LocalContainerOptions) {
    this.id = options.id;
    this.image = options.image;
    this.stream = options.stream;
    this.exited = options.process.exited;
    this.#options = options;
  }

  remove(): Promise<void> {
    this.#removal ??= (async () => {
      const { process, limits, onRemoved } = this.#options;
      this.stream.destroy();
      await process.kill();
      await limits.remove();
      onRemoved();
    })();
    return this.#removal;
  }
}
