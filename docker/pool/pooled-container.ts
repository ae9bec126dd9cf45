import { randomUUID } from 'node:crypto';
import { withDeadline } from '../deadline.ts';
import type { Container, Engine, StartOptions } from '../engine.ts';
import { messageOf, SandboxError } from '../errors.ts';
import { type ChannelOptions, RunnerChannel } from '../link/channel.ts';
import { greeted } from '../link/greeting.ts';
import { Journal, type RunnerLink } from '../link/journal.ts';
import { type GiveBack, RunnerSandbox } from '../link/runner-sandbox.ts';
import type { Condition } from '../process-condition.ts';
import type { Isolation, Purpose, StoredImage, TakenSandbox } from '../sandbox.ts';
import { isSameImage, storedRef, told } from '../stored-image.ts';
import { ContainerLife, type ContainerState } from './container-state.ts';

/** Deadline of `prepare`, in milliseconds. */
const PREPARE_MS = 60_000;

export interface PooledContainerParts {
  readonly image: string;
  /** Whether it belongs to the grading reserve, which counts towards no other maximum and serves only grades. */
  readonly reserve: boolean;
  /** Code that each new sandbox runs before its first lease. */
  readonly prepare: string | undefined;
  /** Called when it begins to show an image of the store; what it returns, once when it no longer does. */
  readonly keep: (image: StoredImage) => () => void;
}

interface Opened {
  readonly container: Container;
  readonly channel: RunnerChannel;
}

/** One container of the pool, from before its start until it is completely removed. */
export class PooledContainer {
  readonly image: string;
  readonly reserve: boolean;
  /** When it became free, in milliseconds of the pool's clock. */
  freeSince = 0;
  /** Whether it was another server's: it ends with the lease that it had there. */
  readonly isTaken: boolean;
  readonly #life = new ContainerLife();
  readonly #engine: Engine;
  readonly #prepare: string | undefined;
  #starting: Promise<Container> | null = null;
  #channel: RunnerChannel | null = null;
  #opened: Opened | null = null;
  #removal: Promise<void> | null = null;
  readonly #keep: PooledContainerParts['keep'];
  #stored: StoredImage | undefined;
  /** End the keeping of images that it shows, or may show. */
  #kept: (() => void)[] = [];
  #resets = 0;

  /** @param taken a running container that was another server's @default a new one will be started */
  constructor(engine: Engine, { image, reserve, prepare, keep }: PooledContainerParts, taken?: Container) {
    this.#engine = engine;
    this.isTaken = taken !== undefined;
    this.#starting = taken === undefined ? null : Promise.resolve(taken);
    this.image = image;
    this.reserve = reserve;
    this.#prepare = prepare;
    this.#keep = keep;
  }

  get state(): ContainerState {
    return this.#life.state;
  }

  /** The container's id; `null` until it has started. */
  get id(): string | null {
    return this.#opened?.container.id ?? null;
  }

  /** The image of the store that its layer lies on. @default the container's own */
  get stored(): StoredImage | undefined {
    return this.#stored;
  }

  /** Whether its layer lies on this image of the store, or on the container's own for `undefined`. */
  shows(stored: StoredImage | undefined): boolean {
    return isSameImage(this.#stored, stored);
  }

  get isolation(): Isolation {
    return this.#open.container.isolation;
  }

  /** Settles with the reason when the container or its channel has ended. */
  get ended(): Promise<SandboxError> {
    return this.#open.channel.closed;
  }

  /** @throws {IllegalMove} */
  moveTo(state: ContainerState): void {
    this.#life.moveTo(state);
  }

  /**
   * Start the container, wait for its first layer, and run `prepare`. After a failure `remove` must still be called.
   * @throws {SandboxError} `image_missing`, `start_failed`
   */
  async start(options: StartOptions, timeoutMs: number, channel: ChannelOptions): Promise<void> {
    try {
      await withDeadline(this.#openWith(options, channel), timeoutMs, () => {
        throw new SandboxError('start_failed', `It was not ready within ${timeoutMs} ms.`);
      });
    } catch (error) {
      throw startError(options.image, error);
    }
  }

  /**
   * A lease for one holder. The caller changes the state.
   * @param purpose an episode's lease outlives this server, if its container does @default it ends with this server
   */
  lease(giveBack: GiveBack, purpose?: Purpose): RunnerSandbox {
    const { container } = this.#open;
    const isKept = purpose === 'episode' && container.hold !== undefined;
    return this.#lease(giveBack, isKept ? randomUUID() : undefined);
  }

  #lease(
    giveBack: GiveBack,
    lease: string | undefined,
    link: RunnerLink = this.#open.channel,
  ): RunnerSandbox {
    const { container } = this.#open;
    const stored = this.#stored;
    return new RunnerSandbox(
      {
        id: container.id,
        image: stored === undefined ? container.image : storedRef(stored),
        stored,
        engine: this.#engine.name,
        programs: stored === undefined ? this.#engine.programs : 'image',
        isolation: container.isolation,
        channel: link,
        changes: container.changes,
        lease,
      },
      giveBack,
    );
  }

  /**
   * Go on with the lease that it had at another server. After a failure `remove` must still be called.
   * @throws {SandboxError} `not_supported` if that lease is over; as `Journal.attach`
   */
  async takeUp(lease: string, options: ChannelOptions, giveBack: GiveBack): Promise<TakenSandbox> {
    const container = await this.#starting;
    if (container?.hold === undefined) throw new Error('this container ended with its server');
    const channel = this.#connect(container, options);
    container.exited.then(({ reason }) => channel.close('died', `The container ended: ${reason}`));
    const journal = await Journal.attach(channel, container.hold.key, lease);
    this.#opened = { container, channel };
    this.#stored = journal.stored;
    if (journal.stored !== undefined) this.#kept.push(this.#keep(journal.stored));
    return { sandbox: this.#lease(giveBack, lease, journal), remainder: () => journal.remainder() };
  }

  /**
   * Drop the layer. Settles when the next one is ready and `prepare` has run. A call during another one ends that one, which then
   * settles in any way.
   * @param stored the image of the store that it lies on @default the container's own
   * @throws {SandboxError} `image_missing`, `not_supported` if it cannot show the image: then it shows the container's own
   */
  async reset(stored?: StoredImage): Promise<void> {
    this.#resets += 1;
    const reset = this.#resets;
    if (stored !== undefined) this.#kept.push(this.#keep(stored));
    try {
      await this.#reset(reset, stored);
    } finally {
      // The runner answers resets in order: with the last one, it shows none of the others any more.
      if (reset === this.#resets) this.#endKeeping(this.#stored === undefined ? 0 : 1);
    }
  }

  /** End the keeping of all but the last images. */
  #endKeeping(last: number): void {
    for (const end of this.#kept.splice(0, this.#kept.length - last)) end();
  }

  async #reset(reset: number, stored: StoredImage | undefined): Promise<void> {
    // Whatever happens, it does not show what it showed.
    this.#stored = undefined;
    if (stored === undefined) {
      await this.#open.channel.request('reset');
      await this.#prepared();
      return;
    }
    if (this.isolation !== 'layer') {
      throw new SandboxError(
        'not_supported',
        'Images of the store need layers, which this engine does not grant.',
      );
    }
    try {
      await this.#open.channel.request('reset', {
        image: { name: stored.name, user: stored.user, ...told(stored) },
      });
    } catch (error) {
      if (isRefusedImage(error) && reset === this.#resets) await this.#prepared();
      throw error;
    }
    if (reset === this.#resets) this.#stored = stored;
  }

  /** @throws {SandboxError} `unresponsive` after `timeoutMs`, or why the channel has died */
  ping(timeoutMs: number): Promise<void> {
    return this.#open.channel.ping(timeoutMs);
  }

  /**
   * Reject running requests with `died` and `reason`, and remove the container. If it is still starting, wait for the
   * start first. A second call waits for the first.
   */
  remove(reason: string): Promise<void> {
    this.#removal ??= this.#remove(reason);
    return this.#removal;
  }

  async #remove(reason: string): Promise<void> {
    this.#channel?.close('died', reason);
    const container = await this.#starting?.catch(() => null);
    await container?.remove();
    this.#endKeeping(0);
  }

  async #openWith(options: StartOptions, channelOptions: ChannelOptions): Promise<void> {
    this.#starting = this.#engine.start(options);
    const container = await this.#starting;
    const channel = this.#connect(container, channelOptions);
    await greeted(container, channel);
    const { hold } = container;
    if (hold !== undefined) await channel.request('hold', { key: hold.key, grace_ms: hold.graceMs });
    this.#opened = { container, channel };
    await this.#prepared();
  }

  #connect(container: Container, options: ChannelOptions): RunnerChannel {
    const condition = async (): Promise<Condition> => (await container.condition?.()) ?? 'unknown';
    const channel = new RunnerChannel(container.stream, { condition, ...options });
    this.#channel = channel;
    if (this.#removal !== null) channel.close('died', 'The container was removed while it started.');
    return channel;
  }

  async #prepared(): Promise<void> {
    if (this.#prepare === undefined) return;
    const request = { code: this.#prepare, timeoutMs: PREPARE_MS, maxOutputBytes: 4096 };
    const { exitCode, output } = await this.lease(() => {}).run(request);
    if (exitCode === 0) return;
    const words = output.toString().trim();
    throw new SandboxError('start_failed', `Its prepare code ended with status ${exitCode}: ${words}`);
  }

  get #open(): Opened {
    if (this.#opened === null) throw new Error('The container has not started.');
    return this.#opened;
  }
}

/** Whether a container could not show an image of the store, but is as good as before. */
export function isRefusedImage(error: unknown): error is SandboxError {
  return error instanceof SandboxError && (error.code === 'image_missing' || error.code === 'not_supported');
}

function startError(image: string, error: unknown): SandboxError {
  if (error instanceof SandboxError && error.code === 'image_missing') return error;
  const reason = messageOf(error);
  return new SandboxError('start_failed', `A container of image "${image}" could not be started: ${reason}`, {
    cause: error,
  });
}
