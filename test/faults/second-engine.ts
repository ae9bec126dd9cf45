import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { vi } from 'vitest';
import { absentPrograms } from '../requirements.ts';
import { allProcesses } from './processes.ts';

/** Why this machine cannot run a Docker engine beside its own, or `null`. */
export function secondEngineMissing(): string | null {
  if (process.getuid?.() !== 0) return 'only root can start a second Docker engine';
  const absent = absentPrograms(['dockerd', 'containerd']);
  return absent.length === 0 ? null : `no ${absent.join(', ')} for a second Docker engine`;
}

/** A Docker engine with a socket and folders of its own, which a test may stop and start again. */
export class SecondEngine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stepwell-dk-'));
  readonly host = `unix://${this.#folder}/d.sock`;
  readonly docker = new Docker({ socketPath: join(this.#folder, 'd.sock') });
  #daemon: ChildProcess | null = null;

  /** Start it and wait until it answers. After a kill, a daemon may give up before its containerd is there, too. */
  async start(): Promise<void> {
    const log = openSync(join(this.#folder, 'log'), 'a');
    const settings = {
      host: this.host,
      'data-root': join(this.#folder, 'data'),
      'exec-root': join(this.#folder, 'exec'),
      pidfile: join(this.#folder, 'pid'),
      bridge: 'none',
      iptables: 'false',
    };
    const argv = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
    const answers = async (): Promise<void> => {
      const hasEnded = this.#daemon === null || this.#daemon.exitCode !== null;
      // An engine without a bridge removes the machine's: this one gets a network of its own.
      const command = ['--net', 'dockerd', ...argv];
      if (hasEnded) this.#daemon = spawn('unshare', command, { stdio: ['ignore', log, log] });
      await this.docker.ping();
    };
    try {
      await vi.waitFor(answers, { timeout: 90_000, interval: 200 });
    } catch (error) {
      const said = readFileSync(join(this.#folder, 'log'), 'utf8').slice(-2_000);
      throw new Error(`the second engine does not answer: ${error}\n${said}`, { cause: error });
    } finally {
      closeSync(log);
    }
  }

  /** Copy every tag of an image from another engine. */
  async take(from: Docker, repository: string): Promise<void> {
    const loaded = await this.docker.loadImage(await from.getImage(repository).get());
    await new Promise((resolve, reject) => {
      loaded.on('end', resolve).on('error', reject).resume();
    });
  }

  /** End the daemon; its containers end with it after `SIGTERM`, and live on after `SIGKILL`. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === null) return;
    this.#daemon = null;
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill(signal);
    await ended;
  }

  /** End it with everything in it. */
  async remove(): Promise<void> {
    try {
      if (this.#daemon === null) await this.start();
      const all = await this.docker.listContainers({ all: true });
      await Promise.all(all.map(({ Id }) => this.docker.getContainer(Id).remove({ force: true })));
    } finally {
      await this.end('SIGTERM');
      // A containerd that outlived a killed daemon, and whoever watched a container for it.
      const names = (words: readonly string[]): boolean => words.some((word) => word.includes(this.#folder));
      for (const { pid, words } of allProcesses()) if (names(words)) process.kill(pid, 'SIGKILL');
      await vi.waitUntil(() => !allProcesses().some(({ words }) => names(words)), { timeout: 10_000 });
      for (const path of mountsBelow(this.#folder)) execFileSync('umount', ['-l', path]);
      rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }
}

/** Where something is mounted below a folder, the latest first. */
function mountsBelow(folder: string): string[] {
  const lines = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const paths = lines.flatMap((line) => line.split(' ')[4] ?? []);
  return paths.filter((path) => path.startsWith(`${folder}/`)).reverse();
}
