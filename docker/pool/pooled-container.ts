import { withDeadline } from '../deadline.ts';
import type { Container, Engine, StartOptions } from '../engine.ts';
import { messageOf, SandboxError } from '../errors.ts';
import { type ChannelOptions, RunnerChannel } from '../link/channel.ts';
import { greeted } from '../link/greeting.ts';
import { type GiveBack, RunnerSandbox } from '../link/runner-sandbox.ts';
import type { Condition } from '../process-condition.ts';
import type { Isolation } from '../sandbox.ts';
import { ContainerLife, type ContainerState } from './container-state.ts';

/** Deadline of `prepare`, in milliseconds. */
const PREPARE_MS = 60_000;

export interface PooledContainerParts {
  readonly image: string;
  /** Whether it belongs to the grading reserve, which counts towards no other maximum and serves only grades. */
  readonly reserve: boolean;
  /** Code that each new sandbox runs before its first lease. */
  readonly prepare: string | undefined;
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
  readonly #life = new ContainerLife();
  readonly #engine: Engine;
  readonly #prepare: string | undefined;
  #starting: Promise<Container> | null = null;
  #channel: RunnerChannel | null = null;
  #opened: Opened | null = null;
  #removal: Promise<void> | null = null;

  constructor(engine: Engine, { image, reserve, prepare }: PooledContainerParts) {
    this.#engine = engine;
    this.image = image;
    this.reserve = reserve;
    this.#prepare = prepare;
  }

  get state(): ContainerState {
    return this.#life.state;
  }

  /** The container's id; `null` until it has started. */
  get id(): string | null {
    return this.#opened?.container.id ?? null;
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

  /** A lease for one holder. The caller changes the state. */
  lease(giveBack: GiveBack): RunnerSandbox {
    const { container, channel } = this.#open;
    return new RunnerSandbox(
      {
        id: container.id,
        image: container.image,
        engine: this.#engine.name,
        programs: this.#engine.programs,
        isolation: container.isolation,
        channel,
        changes: container.changes,
      },
      giveBack,
    );
  }

  /** Drop the layer. Settles when the next one is ready and `prepare` has run. @throws {SandboxError} */
  async reset(): Promise<void> {
    await this.#open.channel.request('reset');
    await this.#prepared();
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
  }

  async #openWith(options: StartOptions, channelOptions: ChannelOptions): Promise<void> {
    this.#starting = this.#engine.start(options);
    const container = await this.#starting;
    const condition = async (): Promise<Condition> => (await container.condition?.()) ?? 'unknown';
    const channel = new RunnerChannel(container.stream, { condition, ...channelOptions });
    this.#channel = channel;
    if (this.#removal !== null) channel.close('died', 'The container was removed while it started.');
    await greeted(container, channel);
    this.#opened = { container, channel };
    await this.#prepared();
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

function startError(image: string, error: unknown): SandboxError {
  if (error instanceof SandboxError && error.code === 'image_missing') return error;
  const reason = messageOf(error);
  return new SandboxError('start_failed', `A container of image "${image}" could not be started: ${reason}`, {
    cause: error,
  });
}
