import { randomBytes } from 'node:crypto';
import { rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { withDeadline } from '../../deadline.ts';
import type { Container, Engine, Limits, StartOptions } from '../../engine.ts';
import { messageOf, SandboxError } from '../../errors.ts';
import { compileRunner } from '../../images/runner-files.ts';
import { controlPath, runnerPath, scratchPath, storePath } from '../../labels.ts';
import { fateOf, type Owner } from '../../owner.ts';
import type { ImageRef, Isolation } from '../../sandbox.ts';
import { type ControlSocket, controlSocketName, listenForRunner } from '../control-socket.ts';
import { type RunFolder, removeDeadRunFolders } from '../run-folder.ts';
import { trialLimits, tryOut } from '../trial.ts';
import { LocalContainer } from './container.ts';
import { findLimitKeeper, type LimitKeeper, type ProcessLimits } from './limits.ts';
import { LocalProcess } from './process.ts';
import { type LocalRoot, LocalRoots } from './root.ts';

export interface LocalEngineOptions {
  readonly owner: Owner;
  readonly runFolder: RunFolder;
  /** Parent of the run folders of all servers, for the reaper. @default `defaultRunParent()` */
  readonly runParent?: string;
  /** `images/` of the state folder. */
  readonly imagesFolder: string;
  /** The runner's folder on the host. */
  readonly runnerFolder: string;
  /** @default whether this process is root */
  readonly isRoot?: boolean;
  /** Maximum time from the request for a container to its runner's connection, in milliseconds. @default 30,000 */
  readonly startTimeoutMs?: number;
}

/** Images that need no build, because the host's programs stand in, and what their sessions run. */
const hostImages = { base: 'bash', bash: 'bash', python: 'python', sql: 'python' } as const;

/** Sandboxes without a container engine, on a built root or on the host's programs. */
export class LocalEngine implements Engine {
  readonly name = 'local';
  readonly programs = 'machine';
  readonly #options: LocalEngineOptions;
  readonly #roots: LocalRoots;
  readonly #isRoot: boolean;
  /** Name of this engine's limits, by which the reapers of other servers recognise the owner. */
  readonly #server: string;
  readonly #live = new Set<Container>();
  readonly #starting = new Set<Promise<unknown>>();
  #keeper: Promise<LimitKeeper> | null = null;
  #count = 0;
  #closing = false;

  constructor(options: LocalEngineOptions) {
    void compileRunner(options.runnerFolder);
    this.#options = options;
    this.#isRoot = options.isRoot ?? process.getuid?.() === 0;
    const { pidNamespace, pid, startTime } = options.owner;
    this.#server = [pidNamespace, pid, startTime, randomBytes(3).toString('hex')].join('-');
    this.#roots = new LocalRoots({
      imagesFolder: options.imagesFolder,
      skeletonFolder: join(options.runFolder.path, `skeleton-${this.#server}`),
      hostImages,
    });
  }

  async probe(): Promise<{ readonly isolation: Isolation; readonly reason: string }> {
    const { reason } = await this.#limitKeeper();
    const container = await this.start({ image: 'base', limits: trialLimits, network: 'none' });
    try {
      await tryOut(container, this.#options.startTimeoutMs ?? 30_000);
      return { isolation: 'layer', reason: `layers and namespaces work here; ${reason}` };
    } catch (cause) {
      const advice = 'run as root, or on Linux 5.11 or newer with user namespaces allowed';
      const message = `The local engine needs layers (${messageOf(cause)}): ${advice}.`;
      throw new SandboxError('start_failed', message, { cause });
    } finally {
      await container.remove();
    }
  }

  async image(name: string): Promise<ImageRef> {
    return (await this.#roots.find(name)).image;
  }

  async start(options: StartOptions): Promise<Container> {
    if (this.#closing) throw new SandboxError('draining', 'This engine is closed.');
    if (options.network !== 'none') {
      const message = 'The local engine gives no network: it has only the host’s own.';
      throw new SandboxError('not_supported', message);
    }
    const root = await this.#roots.find(options.image);
    const work = this.#launch(root, options);
    this.#starting.add(work);
    try {
      return await work;
    } finally {
      this.#starting.delete(work);
    }
  }

  async reap(): Promise<number> {
    const { owner } = this.#options;
    const keeper = await this.#limitKeeper();
    const groups = await keeper.reap(async (server) => {
      const [pidNamespace, pid, startTime] = server.split('-');
      if (startTime === undefined || pidNamespace === undefined) return false;
      return (await fateOf({ ...owner, pidNamespace, pid: Number(pid), startTime }, owner)) === 'dead';
    });
    return groups + (await removeDeadRunFolders(owner, this.#options.runParent));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#live].map((container) => container.remove()));
    await (await this.#keeper)?.close();
  }

  #limitKeeper(): Promise<LimitKeeper> {
    this.#keeper ??= findLimitKeeper(this.#server);
    return this.#keeper;
  }

  async #launch(root: LocalRoot, { limits, store }: StartOptions): Promise<Container> {
    this.#count += 1;
    const id = `${this.#server}-${this.#count}`;
    const keeper = await this.#limitKeeper();
    let processLimits: ProcessLimits | null = null;
    let socket: ControlSocket | null = null;
    let child: LocalProcess | null = null;
    const staging = await this.#options.runFolder.subfolder(`${id}-root`);
    try {
      processLimits = await keeper.create(id, limits);
      socket = await listenForRunner(await this.#options.runFolder.subfolder(id));
      const { runnerFolder } = this.#options;
      child = new LocalProcess(runnerFolder, {
        name: id,
        staging,
        root: root.folder,
        hostFolders: root.hostFolders,
        folders: [scratchPath],
        mounted: {
          [runnerPath]: runnerFolder,
          [controlPath]: socket.folder,
          ...(store === undefined ? {} : { [storePath]: store }),
        },
        ...processLimits,
        isRoot: this.#isRoot,
        argv: ['python3', '-I', '-S', runnerPath],
        isRunner: root.hostFolders.includes('/usr'),
        env: runnerSettings(limits, root, store),
      });
      const stream = await this.#connection(socket, child);
      await socket.close();
      const container = new LocalContainer({
        id,
        image: root.image,
        stream,
        process: child,
        limits: processLimits,
        onRemoved: async () => {
          this.#live.delete(container);
          await removeFolder(staging);
        },
      });
      this.#live.add(container);
      return container;
    } catch (error) {
      await child?.kill();
      await socket?.close();
      await processLimits?.remove();
      await removeFolder(staging);
      const message = `A local container could not be started: ${messageOf(error)}`;
      throw new SandboxError('start_failed', message, { cause: error });
    }
  }

  /** Wait for the runner's connection. Rejects if its process ends or time runs out first. */
  #connection(socket: ControlSocket, child: LocalProcess): Promise<Duplex> {
    const ended = child.exited.then(({ reason }) => {
      throw new Error(`the runner ended before it connected: ${reason}`);
    });
    const connected = Promise.race([socket.connected, ended]);
    return withDeadline(connected, this.#options.startTimeoutMs ?? 30_000, () => {
      throw new Error('the runner did not connect in time');
    });
  }
}

/** Remove an empty folder, if it can be removed; the run folder is removed when the server ends. */
async function removeFolder(path: string): Promise<void> {
  await rmdir(path).catch(() => {});
}

function runnerSettings(limits: Limits, root: LocalRoot, store: string | undefined): Record<string, string> {
  return {
    STEPWELL_LAYER_BYTES: String(limits.layerBytes),
    STEPWELL_LAYER_INODES: String(limits.layerInodes),
    STEPWELL_MEMORY_BYTES: String(limits.memoryBytes),
    STEPWELL_PIDS: String(limits.pids),
    STEPWELL_SCRATCH: scratchPath,
    STEPWELL_SESSION: root.session,
    STEPWELL_ROOTS: ['/', ...root.hostFolders].join(':'),
    STEPWELL_SOCKET: `${controlPath}/${controlSocketName}`,
    ...(store === undefined ? {} : { STEPWELL_STORE: storePath }),
  };
}
