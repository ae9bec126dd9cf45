import { Deferred } from '../deferred.ts';
import type { Engine } from '../engine.ts';
import { messageOf, SandboxError } from '../errors.ts';
import type {
  AcquireOptions,
  Purpose,
  Remains,
  Sandbox,
  SandboxSource,
  TakeBack,
  TakenSandbox,
} from '../sandbox.ts';
import { checkStored } from '../stored-image.ts';
import type { ContainerState } from './container-state.ts';
import { PoolImage } from './image.ts';
import { givesWay, planStarts } from './plan.ts';
import { isRefusedImage, PooledContainer } from './pooled-container.ts';
import { PoolQueue } from './queue.ts';
import { type PoolOptions, type PoolSettings, poolSettings, type RemovalCause } from './settings.ts';
import { type PoolCounts, type PoolStats, poolStats } from './stats.ts';
import { PoolUpkeep, type Upkept } from './upkeep.ts';
import type { Waiter } from './waiter.ts';

/** Free containers of an image that are kept for the grades of its last episodes. */
const KEPT_FOR_GRADING = 2;

/** Causes of removals that replace nothing. */
const NO_REPLACEMENT: ReadonlySet<RemovalCause> = new Set(['room', 'idle', 'drain'] as const);

/**
 * Keeps containers warm and leases them as sandboxes, to waiting requests in fair turns. A warm lease costs no round trip: a ready
 * container already has its fresh layer. The pool acts on events and never polls.
 */
export class SandboxPool implements SandboxSource, TakeBack {
  readonly #engine: Engine;
  readonly #settings: PoolSettings;
  readonly #images = new Map<string, PoolImage>();
  readonly #queue: PoolQueue;
  readonly #upkeep: PoolUpkeep;
  /** Timer until a free container may be given up for a wanted one. */
  #ripening: NodeJS.Timeout | undefined;
  /** Warm containers are missing because other images have their places. */
  #gaveWay = false;
  #retiring = false;
  #drained: Promise<void> | null = null;
  #empty: Deferred<void> | null = null;
  #members = 0;
  readonly #counts: PoolCounts = { started: 0, replaced: 0, reset: 0, failed: 0 };

  /**
   * Does not start containers yet: see `start`.
   * @throws {RangeError} for options that contradict each other
   */
  constructor(engine: Engine, options: PoolOptions = {}) {
    this.#engine = engine;
    this.#settings = poolSettings(options);
    const { now, queueTimeoutMs } = this.#settings;
    this.#queue = new PoolQueue({ now, queueTimeoutMs });
    for (const name of Object.keys(this.#settings.images)) {
      this.#images.set(name, new PoolImage(name, this.#settings));
    }
    const upkept: Upkept = {
      images: () => this.#images.values(),
      mayShrink: () => this.#queue.size === 0,
      onUnhealthy: (member, image, reason) => this.#replace(member, image, 'unhealthy', reason),
      onSpare: (member, image, reason) => this.#discard(member, image, 'idle', reason),
    };
    this.#upkeep = new PoolUpkeep(upkept, this.#settings);
  }

  /** Start each image's `warm` containers in the background, and the looks at free ones. */
  start(): void {
    if (this.#drained !== null) return;
    this.#upkeep.start();
    this.#schedule();
  }

  async acquire(options: AcquireOptions): Promise<Sandbox> {
    if (this.#drained !== null || (this.#retiring && options.purpose === 'episode')) throw drainingError();
    if (options.signal?.aborted) {
      const cause = options.signal.reason;
      throw new SandboxError('capacity', 'The wait for a sandbox was aborted.', { cause });
    }
    if (options.stored !== undefined) checkStored(options.stored);
    const image = this.#image(options.image);
    const member = image.takeReady(options.purpose, options.stored);
    if (member?.shows(options.stored)) return this.#lease(member, image, options.purpose);
    if (member !== undefined) {
      const waiter = this.#queue.join(options);
      this.#renew(member, image, waiter);
      return waiter.sandbox;
    }
    if (image.pausing && image.refusal !== null) {
      // The image may have been built in the meantime, and the check is cheap.
      if (image.refusal.code !== 'image_missing') throw image.refusal;
      image.endPause();
    }
    const waiter = this.#queue.join(options);
    const turning = image.takeTurning(waiter);
    if (turning !== undefined) this.#reset(turning, image, waiter);
    this.#schedule();
    return waiter.sandbox;
  }

  /**
   * Reset free containers that show images of the store to their own, so that nothing keeps these images. Settles when all of them
   * are.
   */
  async giveUpImages(): Promise<void> {
    const resets: Promise<void>[] = [];
    for (const image of this.#images.values()) {
      for (const member of [...image.members].filter(({ state, stored }) => state === 'ready' && stored)) {
        image.dropReady(member);
        member.moveTo('resetting');
        resets.push(this.#reset(member, image, undefined, true));
      }
    }
    await Promise.all(resets);
  }

  /** The container is leased at once, also beyond the maximum, and removed after the lease. */
  async takeBack(reference: string): Promise<TakenSandbox | undefined> {
    const [id = '', lease = ''] = reference.split('/');
    if (this.#drained !== null || this.#retiring) return undefined;
    const container = await this.#engine.takeBack?.(id);
    if (container === undefined) return undefined;
    if (this.#drained !== null) {
      await container.remove();
      return undefined;
    }
    const image = this.#image(container.image.name);
    const parts = { image: image.name, reserve: false, prepare: image.prepare, keep: this.#settings.keep };
    const member = new PooledContainer(this.#engine, parts, container);
    this.#enter(member, image);
    try {
      const { channel } = this.#settings;
      const taken = await member.takeUp(lease, channel, (remains) => this.#giveBack(member, image, remains));
      if (member.state === 'gone') return undefined;
      this.#watch(member, image);
      member.moveTo('ready');
      member.moveTo('leased');
      return taken;
    } catch (error) {
      if (member.state !== 'gone') this.#discard(member, image, 'died', messageOf(error));
      throw error;
    }
  }

  /**
   * Before the end: new episodes get no sandbox (`draining`); running ones can still be graded. Free containers that
   * grades do not need are removed at once.
   */
  retire(): void {
    if (this.#retiring || this.#drained !== null) return;
    this.#retiring = true;
    this.#queue.reject(drainingError, ({ purpose }) => purpose === 'episode');
    for (const image of this.#images.values()) {
      const kept = image.count().leased === 0 ? 0 : KEPT_FOR_GRADING;
      for (const member of image.ready.slice(kept)) {
        this.#discard(member, image, 'drain', 'The pool is shutting down.');
      }
    }
  }

  /**
   * End the pool: nobody gets a sandbox any more (`draining`). Leases may go on for `deadlineMs`; then everything is
   * removed, including containers that are starting. Settles when nothing is left; a second call waits for the first.
   */
  drain(deadlineMs: number): Promise<void> {
    this.#drained ??= this.#drain(deadlineMs);
    return this.#drained;
  }

  stats(): PoolStats {
    return poolStats(this.#images, this.#queue, this.#counts, this.#settings.totalMax);
  }

  #image(name: string): PoolImage {
    let image = this.#images.get(name);
    if (image === undefined) {
      image = new PoolImage(name, this.#settings);
      this.#images.set(name, image);
    }
    return image;
  }

  #lease(member: PooledContainer, image: PoolImage, purpose: Purpose): Sandbox {
    member.moveTo('leased');
    return member.lease((remains) => this.#giveBack(member, image, remains), purpose);
  }

  #giveBack(member: PooledContainer, image: PoolImage, remains: Remains | 'poisoned'): void {
    if (member.state === 'gone') return;
    const wanted = !this.#retiring || this.#queue.waitingFor(image.name) > 0;
    if (this.#drained !== null || !wanted) this.#discard(member, image, 'drain', 'The pool is shut down.');
    else if (remains === 'poisoned')
      this.#replace(member, image, 'poisoned', 'Its last lease left it in an unknown state.');
    else if (member.isTaken || (remains !== 'pristine' && member.isolation === 'replace'))
      this.#replace(member, image, 'used', 'It has been used once.');
    else if (!member.reserve && givesWay(image, this.#images, this.#queue, this.#settings)) {
      this.#replace(member, image, 'room', 'Another image had no container at all.');
    } else if (remains === 'used') this.#renew(member, image);
    else this.#offer(member, image, remains === 'graded');
  }

  /**
   * Reset a container: for a request, or on the image of the store that it showed last.
   * @param waiter gets the container, if it still waits then @default whose turn it is, if it wants another image of the store
   */
  #renew(member: PooledContainer, image: PoolImage, waiter = this.#otherwise(member, image)): void {
    member.moveTo('resetting');
    this.#reset(member, image, waiter);
  }

  /**
   * Begin a reset, also in the place of one that is in progress.
   * @param forgets whether one for no request is to the container's own image @default to the one that it showed last
   * @returns settles when it has ended, never rejects
   */
  #reset(member: PooledContainer, image: PoolImage, waiter?: Waiter, forgets = false): Promise<void> {
    const begun = this.#settings.now();
    const stored = waiter === undefined && !forgets ? member.stored : waiter?.stored;
    waiter?.promise(true);
    const isLast = image.turn(member, waiter === undefined ? stored : undefined);
    return member.reset(stored).then(
      () => {
        if (!isLast()) return;
        if (member.state === 'gone') return waiter?.promise(false);
        this.#counts.reset += 1;
        const durationMs = this.#settings.now() - begun;
        this.#settings.onEvent({ type: 'reset', image: image.name, id: member.id ?? '', durationMs });
        this.#offer(member, image, false, waiter);
      },
      (error: SandboxError) => {
        if (!isLast()) return;
        waiter?.promise(false);
        if (member.state === 'gone') return;
        // Another container would fail too, unless this one ended meanwhile.
        if (stored !== undefined && waiter?.isOver === false && error.code !== 'died') waiter.reject(error);
        if (stored !== undefined && isRefusedImage(error)) this.#offer(member, image);
        else this.#replace(member, image, 'reset_failed', error.message);
      },
    );
  }

  /** The request whose turn it is, if it wants another image of the store than the container shows. */
  #otherwise(member: PooledContainer, image: PoolImage): Waiter | undefined {
    const waiter = this.#queue.first(image.name, member.reserve);
    return waiter === undefined || (waiter.stored === undefined && member.shows(undefined))
      ? undefined
      : waiter;
  }

  /**
   * Lease a container to the next waiting request, or make it free.
   * @param graded only a grade may get it without a reset
   * @param promised the request that it was reset for
   */
  #offer(member: PooledContainer, image: PoolImage, graded = false, promised?: Waiter): void {
    member.moveTo('ready');
    const waiter =
      promised?.isOver === false ? promised : this.#queue.first(image.name, member.reserve || graded);
    member.freeSince = this.#settings.now();
    if (waiter === undefined) image.putReady(member, graded);
    else if (!member.shows(waiter.stored)) this.#renew(member, image, waiter);
    else waiter.resolve(this.#lease(member, image, waiter.purpose));
    // A request for another image may need its place, or a warm container that should come back to it.
    if (this.#queue.size > 0 || this.#gaveWay) this.#schedule();
  }

  #schedule(): void {
    if (this.#drained !== null) return;
    for (const image of this.#images.values()) {
      const wanted = this.#queue.waitingFor(image.name);
      for (const member of image.takeGraded(wanted)) this.#renew(member, image);
    }
    const plan = planStarts(this.#images, this.#queue, this.#settings, !this.#retiring);
    for (const { image, reserve } of plan.starts) this.#begin(image, reserve);
    for (const member of plan.evictions) {
      this.#discard(member, this.#image(member.image), 'room', 'Another image needed its place.');
    }
    this.#gaveWay = plan.gaveWay;
    clearTimeout(this.#ripening);
    if (plan.ripeInMs === undefined) return;
    this.#ripening = setTimeout(() => this.#schedule(), Math.ceil(plan.ripeInMs));
    this.#ripening.unref();
  }

  #begin(image: PoolImage, reserve: boolean): void {
    const { startTimeoutMs, channel, keep, now } = this.#settings;
    const begun = now();
    const parts = { image: image.name, reserve, prepare: image.prepare, keep };
    const member = new PooledContainer(this.#engine, parts);
    this.#enter(member, image);
    member.start(image.startOptions, startTimeoutMs, channel).then(
      () => {
        if (member.state !== 'gone') this.#startSucceeded(member, image, now() - begun);
      },
      (error: SandboxError) => {
        if (member.state !== 'gone') this.#startFailed(member, image, error);
      },
    );
  }

  #enter(member: PooledContainer, image: PoolImage): void {
    image.members.add(member);
    this.#members += 1;
  }

  #watch(member: PooledContainer, image: PoolImage): void {
    member.ended.then(({ message }) => {
      if (member.state !== 'gone') this.#replace(member, image, 'died', message);
    });
  }

  #startSucceeded(member: PooledContainer, image: PoolImage, durationMs: number): void {
    this.#counts.started += 1;
    image.startSucceeded(durationMs);
    this.#settings.onEvent({
      type: 'started',
      image: image.name,
      id: member.id ?? '',
      reserve: member.reserve,
      durationMs,
    });
    this.#watch(member, image);
    this.#offer(member, image);
    this.#schedule();
  }

  #startFailed(member: PooledContainer, image: PoolImage, error: SandboxError): void {
    this.#counts.failed += 1;
    const retryInMs = image.startFailed(error, () => this.#schedule());
    this.#settings.onEvent({
      type: 'start_failed',
      image: image.name,
      reason: error.message,
      failures: image.failures,
      retryInMs,
    });
    this.#removeMember(member, image, error.message);
    if (image.refusal !== null) this.#queue.rejectFor(image.name, image.refusal);
    this.#schedule();
  }

  #replace(member: PooledContainer, image: PoolImage, cause: RemovalCause, reason: string): void {
    this.#discard(member, image, cause, reason);
    this.#schedule();
  }

  #discard(member: PooledContainer, image: PoolImage, cause: RemovalCause, reason: string): void {
    if (!NO_REPLACEMENT.has(cause)) this.#counts.replaced += 1;
    if (member.id !== null) {
      this.#settings.onEvent({ type: 'removed', image: image.name, id: member.id, cause, reason });
    }
    this.#removeMember(member, image, reason);
  }

  #removeMember(member: PooledContainer, image: PoolImage, reason: string): void {
    image.dropReady(member);
    member.moveTo('gone');
    member.remove(reason).then(() => {
      image.members.delete(member);
      this.#members -= 1;
      if (this.#members === 0) this.#empty?.resolve();
      this.#schedule();
    });
  }

  async #drain(deadlineMs: number): Promise<void> {
    this.#upkeep.stop();
    clearTimeout(this.#ripening);
    // `#drained` is set now, so that the steps below start no container.
    await null;
    this.#queue.reject(drainingError);
    for (const image of this.#images.values()) image.endPause();
    this.#discardAll((state) => state !== 'leased');
    const timer = setTimeout(() => this.#discardAll(() => true), deadlineMs);
    if (this.#members > 0) {
      this.#empty = new Deferred();
      await this.#empty.promise;
    }
    clearTimeout(timer);
  }

  #discardAll(chosen: (state: ContainerState) => boolean): void {
    for (const image of this.#images.values()) {
      for (const member of image.members) {
        if (member.state === 'gone' || !chosen(member.state)) continue;
        this.#discard(member, image, 'drain', 'The pool is shut down.');
      }
    }
  }
}

function drainingError(): SandboxError {
  return new SandboxError('draining', 'The pool is shutting down and hands out no sandbox.');
}
