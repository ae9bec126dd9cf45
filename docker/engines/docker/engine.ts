import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import type { Container, Engine, StartOptions } from '../../engine.ts';
import { SandboxError } from '../../errors.ts';
import { hashRunnerFiles, readRunnerFiles } from '../../images/runner-files.ts';
import { labels, namespace } from '../../labels.ts';
import type { ImageRef, Isolation } from '../../sandbox.ts';
import { type ControlSocket, listenForRunner } from '../control-socket.ts';
import { encodeOwner, type Owner } from '../owner.ts';
import { type RunFolder, removeDeadRunFolders } from '../run-folder.ts';
import { Tail } from '../tail.ts';
import { trialLimits, tryOut } from '../trial.ts';
import { DockerChanges } from './changes.ts';
import { DockerContainer, type Removal, removeContainer } from './container.ts';
import { watchEnd } from './container-end.ts';
import { engineMessageOf, isEngineStatus, translateEngineError } from './errors.ts';
import { Limiter } from './limiter.ts';
import { orphanedContainers } from './orphans.ts';
import { PristineContainers } from './pristine-containers.ts';
import { attachedStream, connectedStream } from './runner-stream.ts';
import { containerSettings } from './settings.ts';

/** How the server talks to a runner: over a shared Unix socket, or over the container's attached stream. */
export type ControlMode = 'socket' | 'attach';

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
  /** Maximum time from the request for a container to its runner's connection, in milliseconds. @default 60,000 */
  readonly startTimeoutMs?: number;
}

interface Probed {
  readonly isolation: Isolation;
  readonly control: ControlMode;
  readonly reason: string;
}

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
  readonly #pristine: PristineContainers;
  /** Names of containers that are starting or alive. The reaper treats other containers of this instance as orphans. */
  readonly #names = new Set<string>();
  readonly #live = new Set<Container>();
  readonly #removals = new Limiter(PARALLEL_REMOVALS);
  readonly #starting = new Set<Promise<unknown>>();
  #probed: Promise<Probed> | null = null;
  /** The digest of each name when it was first used, so that another server's builds do not change this server's images. */
  readonly #digests = new Map<string, string>();
  #count = 0;
  #closing = false;

  constructor(options: DockerEngineOptions) {
    this.#options = options;
    this.#docker = options.docker;
    this.#startTimeoutMs = options.startTimeoutMs ?? 60_000;
    this.#pristine = new PristineContainers(
      options.docker,
      this.#instance,
      this.#ownLabels,
      (name) => this.#names.add(name),
      (container) => this.#remove(container),
    );
  }

  async probe(): Promise<{ readonly isolation: Isolation; readonly reason: string }> {
    const { isolation, control, reason } = await this.#probeOnce();
    return { isolation, reason: `${reason}; control over ${control}` };
  }

  async image(name: string): Promise<ImageRef> {
    const kept = this.#digests.get(name);
    try {
      const { Id } = await this.#docker.getImage(kept ?? referenceOf(name)).inspect();
      this.#digests.set(name, Id);
      return { name, digest: Id };
    } catch (error) {
      this.#digests.delete(name);
      if (!isEngineStatus(error, 404)) throw translateEngineError(error, `Looking for image "${name}"`);
      const advice = `run "stepwell images build ${name}"`;
      throw new SandboxError('image_missing', `This Docker engine has no image "${name}"; ${advice}.`);
    }
  }

  async start(options: StartOptions): Promise<Container> {
    const { isolation, control } = await this.#probeOnce();
    return this.#track(this.#launch(options, isolation, control));
  }

  async reap(): Promise<number> {
    const { owner } = this.#options;
    const mine = { instance: this.#instance, names: this.#names };
    const orphans = await orphanedContainers(this.#docker, owner, mine);
    const removals = await Promise.all(orphans.map((id) => this.#remove(this.#docker.getContainer(id))));
    // The engine can list a container that it no longer has; removing it answers `absent`, and it does not count.
    const removed = removals.filter((removal) => removal === 'removed').length;
    return removed + (await removeDeadRunFolders(owner, this.#options.runParent));
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

  /** The result is kept once a container was tried out; before the first image exists it is a guess. */
  #probeOnce(): Promise<Probed> {
    if (this.#probed !== null) return this.#probed;
    const probing = this.#probe();
    this.#probed = probing;
    const forget = () => {
      this.#probed = null;
    };
    probing.then(({ reason }) => {
      if (reason === noImageYet) forget();
    }, forget);
    return probing;
  }

  async #probe(): Promise<Probed> {
    const { isolation = 'auto', control = 'auto' } = this.#options;
    if (isolation !== 'auto' && control !== 'auto')
      return { isolation, control, reason: 'set by configuration' };
    const image = await this.#anyImage();
    if (image === null) {
      return {
        isolation: isolation === 'auto' ? 'layer' : isolation,
        control: control === 'auto' ? 'attach' : control,
        reason: noImageYet,
      };
    }
    const problems: string[] = [];
    for (const wanted of isolation === 'auto' ? (['layer', 'replace'] as const) : [isolation]) {
      for (const mode of control === 'auto' ? (['socket', 'attach'] as const) : [control]) {
        try {
          await this.#track(this.#tryOut(image, wanted, mode));
          return { isolation: wanted, control: mode, reason: [works[wanted], ...problems].join('; ') };
        } catch (error) {
          problems.push(`no ${wanted} over ${mode}: ${engineMessageOf(error)}`);
        }
      }
    }
    throw new SandboxError('start_failed', `No container could be started (${problems.join('; ')}).`);
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

  async #anyImage(): Promise<string | null> {
    const [own] = this.#digests.values();
    if (own !== undefined) return own;
    try {
      // An image of another version has a different runner.
      const runner = hashRunnerFiles(await readRunnerFiles());
      const images = await this.#docker.listImages({ filters: { label: [`${labels.runner}=${runner}`] } });
      const latest = images.flatMap((image) => image.RepoTags ?? []).find((tag) => tag.endsWith(':latest'));
      return latest ?? null;
    } catch (error) {
      throw translateEngineError(error, 'Asking the Docker engine for its images');
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

  async #launch(options: StartOptions, isolation: Isolation, control: ControlMode): Promise<Container> {
    if (this.#closing) throw new SandboxError('draining', 'This engine is closed.');
    const image = await this.image(options.image);
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
        labels: this.#ownLabels,
      });
      const created = await this.#docker.createContainer({ ...settings, abortSignal: abort.signal });
      const words = new Tail(4096);
      const attached = socket === null ? await attachedStream(created, words) : null;
      await created.start({ abortSignal: abort.signal });
      const end = watchEnd(created, attached === null ? null : words);
      const stream = attached ?? (await connectedStream(socket, end, abort.signal));
      const started = new DockerContainer({
        container: created,
        image,
        isolation,
        stream,
        end,
        changes:
          isolation === 'replace'
            ? new DockerChanges(created, () => this.#pristine.of(image.digest))
            : undefined,
        remove: (gone) => this.#remove(gone),
        onRemoved: async () => {
          await socket?.close();
          this.#live.delete(started);
          this.#names.delete(name);
        },
      });
      this.#live.add(started);
      return started;
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

  async #listen(name: string) {
    return listenForRunner(await this.#options.runFolder.subfolder(name));
  }
}

const works = { layer: 'layers and namespaces work here', replace: 'each container serves one episode' };

const noImageYet = 'no image is built yet, so nothing could be tried';

/** A plain name is a Stepwell image; a name with a slash or a tag is a reference of the engine. */
function referenceOf(name: string): string {
  return /[/:]/.test(name) ? name : `${namespace}/${name}:latest`;
}
