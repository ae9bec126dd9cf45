import { type ChildProcess, spawn } from 'node:child_process';
import { systemPath } from '../../images/runner-files.ts';
import { type Condition, conditionOf, findProcess } from '../../process-condition.ts';
import { Tail } from '../tail.ts';

/** What a container is made of; see `runner/local_main.py`. Paths inside are absolute. */
export interface ContainerPlan {
  /** Name in the host's process list. */
  readonly name: string;
  /** An empty folder for this container alone. */
  readonly staging: string;
  /** Folder that becomes `/`. */
  readonly root: string;
  /** Whether the program may change `root`. @default false */
  readonly writable?: boolean;
  /** Folders of the host that are mounted at the same paths, read-only, e.g. `/usr`. */
  readonly hostFolders: readonly string[];
  /** Empty folders to make below `/opt`. @default none */
  readonly folders?: readonly string[];
  /** Folders of the host that are mounted read-only, by their paths below `/opt`. @default none */
  readonly mounted?: Readonly<Record<string, string>>;
  /** Files by which a process joins control groups. @default none */
  readonly joinFiles?: readonly string[];
  /** Folders of control groups, by their paths below `/sys`. @default none */
  readonly groups?: Readonly<Record<string, string>>;
  /** Address space of each process, in bytes; 0 is no limit. @default 0 */
  readonly addressSpace?: number;
  /** Processes that its user may have; 0 is no limit. @default 0 */
  readonly processes?: number;
  /** Whether this process is root; if not, a user namespace is made. */
  readonly isRoot: boolean;
  readonly argv: readonly string[];
  /** Whether the program is the runner, and on the machine's own Python, which then need not start twice. @default false */
  readonly isRunner?: boolean;
  /** Its environment, beside PATH. @default none */
  readonly env?: Readonly<Record<string, string>>;
}

/** A program in a container without an engine: a child of this process, whose first process is the program. */
export class LocalProcess {
  /** Settles when it has ended, with the reason. */
  readonly exited: Promise<{ readonly reason: string; readonly succeeded: boolean }>;
  readonly #child: ChildProcess;
  readonly #words = new Tail(4096);

  /** @param runnerFolder the runner's folder on the host */
  constructor(runnerFolder: string, plan: ContainerPlan) {
    const program =
      'import gc, sys; gc.disable(); sys.path.insert(0, sys.argv[1]); import local_main; local_main.main()';
    this.#child = spawn('python3', ['-I', '-S', '-B', '-c', program, runnerFolder, plan.name], {
      // A process group of its own, so that Ctrl+C in the terminal reaches only the server.
      detached: true,
      env: { PATH: systemPath },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#words.push(chunk));
    // A broken pipe is ignored: the exit status says more.
    this.#child.stdin?.on('error', () => {});
    this.#child.stdin?.end(JSON.stringify(described(plan)));
    this.exited = new Promise((resolve) => {
      this.#child.once('error', (error) =>
        resolve({ reason: `cannot be started: ${error.message}`, succeeded: false }),
      );
      this.#child.once('close', (code, signal) => {
        const status = signal === null ? `exit status ${code}` : `killed by ${signal}`;
        const reason = this.#words.isEmpty ? status : `${status}: ${this.#words}`;
        resolve({ reason, succeeded: code === 0 });
      });
    });
  }

  /** The condition of the program's process. @param program its last argument */
  async condition(program: string): Promise<Condition> {
    const { pid } = this.#child;
    const found = pid === undefined ? undefined : await findProcess(pid, program);
    return found === undefined ? 'unknown' : await conditionOf(found);
  }

  /** Kill the container. Its first process dies with the child of this process, and everything in its pid namespace with it. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) this.#child.kill('SIGKILL');
    await this.exited;
  }
}

/** The plan in the format of `local_main.py`. */
function described(plan: ContainerPlan) {
  return {
    staging: plan.staging,
    root: plan.root,
    writable: plan.writable ?? false,
    shared: Object.fromEntries(plan.hostFolders.map((folder) => [folder, folder])),
    folders: plan.folders ?? [],
    mounted: plan.mounted ?? {},
    groups: plan.joinFiles ?? [],
    group_folders: plan.groups ?? {},
    address_space: plan.addressSpace ?? 0,
    processes: plan.processes ?? 0,
    is_root: plan.isRoot,
    is_runner: plan.isRunner ?? false,
    argv: plan.argv,
    env: { PATH: systemPath, ...plan.env },
  };
}
