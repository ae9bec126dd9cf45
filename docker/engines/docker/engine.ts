import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import type { Container, Engine, Hold, StartOptions } from '../../engine.ts';
import { SandboxError } from '../../errors.ts';
import { labels, namespace } from '../../labels.ts';
import { encodeOwner, type Owner, ownerInName } from '../../owner.ts';
import type { ImageRef, Isolation } from '../../sandbox.ts';
import { type ControlSocket, listenForRunner } from '../control-socket.ts';
import type { HoldSettings } from '../provider.ts';
import { type RunFolder, removeDeadRunFolders } from '../run-folder.ts';
import { Tail } from '../tail.ts';
import { trialLimits, tryOut } from '../trial.ts';
import { Abilities, type ControlMode } from './abilities.ts';
import { DockerChanges } from './changes.ts';
import { DockerContainer, type Removal, removeContainer } from './container.ts';
import { type ContainerEnd, watchEnd } from './container-end.ts';
import { translateEngineError } from './errors.ts';
import { type HeldContainer, HeldContainers } from './held-containers.ts';
import { DockerImages } from './images.ts';
import { Limiter } from './limiter.ts';
import { Orphans } from './orphans.ts';
import { PristineContainers } from './pristine-containers.ts';
import { attachedStream, connectedStream } from './runner-stream.ts';
import { containerSettings } from './settings.ts';

export interface DockerEngineOptions {
  readonly docker: Docker;
  readonly owner: Owner;
  readonly runFolder: RunFolder;
  /** Parent of the run folders of all servers, for the reaper. @default `defaultRunParent()` */
  readonly runParent?: string;
  /**
   * `socket` takes a third of the time of `attach`; `attach` also works with an engine on another machine.
   * @default auto: socket if a container can reach it
   */
  readonly control?: ControlMode | 'auto';
  /** @default auto: layer if the engine grants the rights */
  readonly isolation?: Isolation | 'auto';
  /** Sandboxes in use outlive this server. @default they end with it */
  readonly held?: HoldSettings | undefined;
  /** Maximum time from the request for a container to its runner's connection, in milliseconds. @default 60,000 */
  readonly startTimeoutMs?: number;
}

/** Maximum time to take a container back, in milliseconds. Its runner looks for a server twice a second. */
const TAKE_BACK_MS = 15_000;

/** How soon to look again at containers whose server has gone, in milliseconds. */
const LOOK_AGAIN_MS = 5_000;

/** Removals at the same time. With more, the engine serialises them and some fail. */
const PARALLEL_REMOVALS = 16;

/** Sandboxes as containers of a Docker engine. */
export class DockerEngine implements Engine {
  readonly name = 'docker';
  readonly programs = 'image';
  readonly #docker: Docker;
  readonly #options: DockerEngineOptions;
  readonly #instance = randomBytes(6).toString('hex');
  readonly #startTimeoutMs: number;
  readonly #images: DockerImages;
  readonly #abilities: Abilities;
  readonly #pristine: PristineContainers;
  readonly #orphans: Orphans;
  readonly #held: HeldContainers | undefined;
  /** Names of containers that are starting or alive. The reaper treats other containers of this instance as orphans. */
  readonly #names = new Set<string>();
  readonly #live = new Set<Container>();
  readonly #removals = new Limiter(PARALLEL_REMOVALS);
  readonly #starting = new Set<Promise<unknown>>();
  #count = 0;
  #waiting = false;
  #closing = false;

  constructor(options: DockerEngineOptions) {
    this.#options = options;
    this.#docker = options.docker;
    this.#startTimeoutMs = options.startTimeoutMs ?? 60_000;
    this.#images = new DockerImages(options.docker);
    this.#abilities = new Abilities(options, this.#images, (...wanted) =>
      this.#track(this.#tryOut(...wanted)),
    );
    this.#orphans = new Orphans(options.docker, options.owner);
    this.#held = options.held && new HeldContainers(options.held, options.owner);
    this.#pristine = new PristineContainers(
      options.docker,
      this.#instance,
      this.#ownLabels,
      (name) => this.#names.add(name),
      (container) => this.#remove(container),
    );
  }

  async probe(): Promise<{ readonly isolation: Isolation; readonly reason: string }> {
    const { isolation, control, reason } = await this.#abilities.probe();
    return { isolation, reason: `${reason}; control over ${control}` };
  }

  image(name: string): Promise<ImageRef> {
    return this.#images.find(name);
  }

  async start(options: StartOptions): Promise<Container> {
    const { isolation, control } = await this.#abilities.probe();
    const isHeld = isolation === 'layer' && control === 'socket';
    return this.#track(this.#launch(options, isolation, control, isHeld ? this.#held : undefined));
  }

  async takeBack(id: string): Promise<Container | undefined> {
    if (this.#closing) return undefined;
    const held = await this.#held?.left(id);
    return held && this.#track(this.#takeBack(id, held));
  }

  get lookAgainMs(): number | undefined {
    return this.#waiting ? LOOK_AGAIN_MS : undefined;
  }

  async reap(): Promise<number> {
    const { owner } = this.#options;
    const mine = { instance: this.#instance, names: this.#names };
    const { folders, orphans, others, waiting } = await this.#orphans.find(mine);
    this.#waiting = waiting;
    const removals = await Promise.all(orphans.map((id) => this.#remove(this.#docker.getContainer(id))));
    // The engine can list a container that it no longer has; removing it answers `absent`, and it does not count.
    const removed = removals.filter((removal) => removal === 'removed').length;
    await this.#held?.prune(others);
    return removed + (await removeDeadRunFolders(owner, this.#options.runParent, folders));
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#live].map((container) => container.remove()));
    await this.#pristine.close();
    await this.#sweep();
  }

  /** Remove containers that earlier removals missed. Never throws. */
  async #sweep(): Promise<void> {
    const filters = { label: [`${labels.instance}=${this.#instance}`] };
    try {
      const left = await this.#docker.listContainers({ all: true, filters });
      await Promise.all(left.map(({ Id }) => this.#remove(this.#docker.getContainer(Id))));
    } catch {
      // The reaper removes the rest.
    }
  }

  #remove(container: Docker.Container): Promise<Removal> {
    return this.#removals.run(() => removeContainer(container));
  }

  get #ownLabels(): Record<string, string> {
    return {
      [labels.instance]: this.#instance,
      [labels.owner]: encodeOwner(this.#options.owner),
    };
  }

  async #tryOut(image: string, isolation: Isolation, control: ControlMode): Promise<void> {
    const options: StartOptions = { image, limits: trialLimits, network: 'none' };
    const container = await this.#launch(options, isolation, control);
    try {
      await tryOut(container, this.#startTimeoutMs);
    } finally {
      await container.remove();
    }
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#starting.add(work);
    try {
      return await work;
    } finally {
      this.#starting.delete(work);
    }
  }

  /** @param held notes the container for the next server @default it ends with this one */
  async #launch(
    options: StartOptions,
    isolation: Isolation,
    control: ControlMode,
    held?: HeldContainers,
  ): Promise<Container> {
    if (this.#closing) throw new SandboxError('draining', 'This engine is closed.');
    const image = await this.#images.find(options.image);
    this.#count += 1;
    const name = `${namespace}-${this.#instance}-${this.#count}`;
    this.#names.add(name);
    // By name: if the answer to `create` is lost, there is still a container to remove.
    const container = this.#docker.getContainer(name);
    let socket: ControlSocket | null = null;
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#startTimeoutMs);
    try {
      if (control === 'socket') socket = await this.#listen(name);
      const settings = containerSettings({
        ...options,
        name,
        digest: image.digest,
        isolation,
        controlFolder: socket?.folder ?? null,
        labels: held === undefined ? this.#ownLabels : { ...this.#ownLabels, ...graceLabel(held.graceMs) },
      });
      const created = await this.#docker.createContainer({ ...settings, abortSignal: abort.signal });
      const words = new Tail(4096);
      const attached = socket === null ? await attachedStream(created, words) : null;
      await created.start({ abortSignal: abort.signal });
      const end = watchEnd(created, attached === null ? null : words);
      const stream = attached ?? (await connectedStream(socket, end, abort.signal));
      const about = { folder: socket?.folder ?? '', image, runner: await this.#images.runner() };
      const hold = await held?.hold(created.id, about);
      return this.#started({ container: created, image, isolation, stream, end, socket, hold }, name);
    } catch (error) {
      await socket?.close();
      await this.#remove(container);
      // The reaper removes what is still there.
      this.#names.delete(name);
      throw translateEngineError(error, `Starting a container of "${options.image}"`);
    } finally {
      clearTimeout(timer);
    }
  }

  #started(
    parts: {
      readonly container: Docker.Container;
      readonly image: ImageRef;
      readonly isolation: Isolation;
      readonly stream: Duplex;
      readonly end: ContainerEnd;
      readonly socket: ControlSocket | null;
      readonly hold: Hold | undefined;
    },
    name: string,
  ): Container {
    const { container, image, isolation } = parts;
    const started = new DockerContainer({
      ...parts,
      changes:
        isolation === 'replace'
          ? new DockerChanges(container, () => this.#pristine.of(image.digest))
          : undefined,
      remove: (gone) => this.#remove(gone),
      onRemoved: async () => {
        await parts.socket?.close();
        if (parts.hold !== undefined) await this.#held?.remove(container.id);
        this.#live.delete(started);
        this.#names.delete(name);
      },
    });
    this.#live.add(started);
    return started;
  }

  async #takeBack(id: string, held: HeldContainer): Promise<Container> {
    this.#count += 1;
    const { owner } = this.#options;
    const name = `${namespace}-${this.#instance}-${this.#count}_${ownerInName(owner)}`;
    this.#names.add(name);
    const container = this.#docker.getContainer(id);
    let socket: ControlSocket | null = null;
    try {
      await container.rename({ name });
      const image = await this.#images.find(held.image.name);
      if (image.digest !== held.image.digest || held.runner !== (await this.#images.runner())) {
        throw new Error('it is of another version');
      }
      const hold = await this.#held?.take(id, held);
      socket = await listenForRunner(held.folder);
      const end = watchEnd(container, null);
      const stream = await connectedStream(socket, end, AbortSignal.timeout(TAKE_BACK_MS));
      return this.#started({ container, image, isolation: 'layer', stream, end, socket, hold }, name);
    } catch (error) {
      // It is gone, or useless to everyone: its episode is made again in another one.
      await socket?.close();
      await this.#remove(container);
      await this.#held?.remove(id);
      this.#names.delete(name);
      throw translateEngineError(error, 'Taking a container back');
    }
  }

  async #listen(name: string) {
    return listenForRunner(await this.#options.runFolder.subfolder(name));
  }
}

function graceLabel(graceMs: number): Record<string, string> {
  return { [labels.grace]: String(graceMs) };
}
