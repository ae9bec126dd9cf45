import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { EngineName } from '../../docker/engines/table.ts';
import { Wire } from '../server/test-server.ts';
import { stepwellProgram } from '../stepwell.ts';

/** Seconds that only the sleeps of this suite last, so that they are found among the machine's processes. */
export const LONG_SLEEP = '31415';

/** Tasks that make a grade last as long as a test wants. */
const TASKS = [
  { id: 'easy', instruction: 'Write 1 to /tmp/one.', gold: 'echo 1 > /tmp/one' },
  { id: 'slow-gold', instruction: 'Wait.', gold: `sleep ${LONG_SLEEP}` },
];

/** A folder for the state of servers that are started one after the other, made when it is first asked for. */
export class Home {
  #path: string | undefined;

  get path(): string {
    if (this.#path === undefined) {
      this.#path = mkdtempSync(join(tmpdir(), 'stepwell-faults-'));
      mkdirSync(this.trajectories);
      writeFileSync(this.tasks, TASKS.map((task) => `${JSON.stringify(task)}\n`).join(''));
    }
    return this.#path;
  }

  get trajectories(): string {
    return join(this.path, 'trajectories');
  }

  get tasks(): string {
    return join(this.path, 'tasks.jsonl');
  }

  remove(): void {
    if (this.#path !== undefined) rmSync(this.#path, { recursive: true, force: true });
  }
}

export interface ServedOptions {
  readonly runtime: EngineName;
  readonly home: Home;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Module that the server's process loads before anything else. */
  readonly preload?: string;
}

/** A server as a user starts it, in a process of its own that a test may do anything to. */
export class Served implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly runtime: EngineName;
  readonly home: Home;
  /** Settles with the exit status, or the signal that ended the process. */
  readonly ended: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #wires: Wire[] = [];
  readonly #log: string[];

  private constructor(
    child: ChildProcess,
    url: string,
    ended: Promise<number | string>,
    log: string[],
    options: ServedOptions,
  ) {
    this.#child = child;
    this.#log = log;
    this.url = url;
    this.pid = Number(child.pid);
    this.runtime = options.runtime;
    this.home = options.home;
    this.ended = ended;
  }

  /** Start it and wait until it is ready, with two Bash sandboxes warm. */
  static async start(options: ServedOptions): Promise<Served> {
    const { runtime, home, flags = [], env = {}, preload } = options;
    const settings = [
      '--port=0',
      `--runtime=${runtime}`,
      '--pool=bash-v1=2',
      '--log-level=warn',
      // Most tests look at what a client that has gone leaves behind.
      '--grace-ms=0',
      `--dataset=faults=${home.tasks}`,
      ...flags,
    ];
    const before = preload === undefined ? [] : ['--import', preload];
    const argv = [...before, stepwellProgram(), 'serve', ...settings];
    const child = spawn(process.execPath, argv, {
      env: { ...process.env, STEPWELL_HOME: home.path, XDG_RUNTIME_DIR: home.path, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | string>((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? String(signal)));
    });
    const log: string[] = [];
    createInterface(child.stderr).on('line', (line) => log.push(line));
    const line = await Promise.race([
      new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve)),
      ended.then((status) => `it ended with ${status}`),
    ]);
    const url = /http:\/\/[^\s)]+/.exec(line)?.[0];
    if (url === undefined) throw new Error(`the server did not start: ${line}\n${log.join('\n')}`);
    return new Served(child, url, ended, log, options);
  }

  /** What it logged so far, a line each. */
  get log(): readonly string[] {
    return this.#log;
  }

  async connect(): Promise<Wire> {
    const wire = await Wire.connect(`${this.url}/v1`);
    this.#wires.push(wire);
    return wire;
  }

  /** Drop every socket of this test. */
  hangUp(): void {
    for (const { socket } of this.#wires.splice(0)) socket.terminate();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Kill it, as the kernel does when memory runs out. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** End it as an operator does. @returns the exit status */
  async stop(): Promise<number | string> {
    this.hangUp();
    this.signal('SIGTERM');
    return this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** Options of a reset for a task of this suite. */
export function task(id: 'easy' | 'slow-gold', more: Readonly<Record<string, unknown>> = {}) {
  return { environment: 'bash-v1', dataset: 'faults', task: id, ...more };
}

/** An episode begun and one command run in it, as a client does; what was printed. @throws when either fails */
export async function playsWell(served: Served): Promise<string> {
  const wire = await served.connect();
  const episode_id = await wire.reset(task('easy'));
  const { observation } = await wire.result('episode/step', { episode_id, action: 'echo 1 | tee /tmp/one' });
  const { reward } = await wire.result('episode/step', { episode_id, action: { submit: true } });
  wire.socket.close();
  return `${Object(observation).output.trim()}, reward ${reward}`;
}

/** What `playsWell` says of a server that serves as it should. */
export const WELL = '1, reward 1';
