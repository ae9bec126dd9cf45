import type { StartOptions } from '../engine.ts';
import { SandboxError } from '../errors.ts';
import type { Purpose, StoredImage } from '../sandbox.ts';
import { isSameImage } from '../stored-image.ts';
import type { ContainerState } from './container-state.ts';
import type { PooledContainer } from './pooled-container.ts';
import type { PoolSettings } from './settings.ts';
import type { Waiter } from './waiter.ts';

/** The containers of one image, and the failures of its starts. */
export class PoolImage {
  readonly name: string;
  readonly warm: number;
  readonly max: number;
  readonly startOptions: StartOptions;
  /** Code that a new sandbox runs before its first lease. */
  readonly prepare: string | undefined;
  /** Every container that is not removed yet, in any state. */
  readonly members = new Set<PooledContainer>();
  readonly #startAttempts: number;
  readonly #backoffMs: number;
  readonly #maxBackoffMs: number;
  readonly #ready: PooledContainer[] = [];
  readonly #readyReserve: PooledContainer[] = [];
  /** Free graded containers outside the reserve. */
  readonly #graded: PooledContainer[] = [];
  /** Containers in a reset, with the image of the store that it is to if it is for no request. */
  readonly #turning = new Map<PooledContainer, { readonly spare: StoredImage | undefined }>();
  #startMs: number | undefined;
  #failures = 0;
  #lastFailure: SandboxError | null = null;
  #pause: NodeJS.Timeout | null = null;

  constructor(name: string, settings: PoolSettings) {
    const own = settings.images[name] ?? {};
    this.name = name;
    this.warm = own.warm ?? 0;
    this.max = own.max ?? Math.max(settings.defaultMax, this.warm);
    this.startOptions = {
      image: name,
      limits: { ...settings.limits, ...own.limits },
      network: own.network ?? settings.network,
      store: settings.store,
    };
    this.prepare = settings.prepare(name);
    this.#startAttempts = settings.startAttempts;
    this.#backoffMs = settings.backoffMs;
    this.#maxBackoffMs = settings.maxBackoffMs;
  }

  /** Free containers outside the reserve, longest free first. */
  get ready(): readonly PooledContainer[] {
    return [...this.#graded, ...this.#ready];
  }

  /** Free containers of the grading reserve. */
  get readyReserve(): readonly PooledContainer[] {
    return this.#readyReserve;
  }

  /** @param graded only a grade may get it without a reset */
  putReady(member: PooledContainer, graded = false): void {
    const free = graded ? this.#graded : this.#ready;
    (member.reserve ? this.#readyReserve : free).push(member);
  }

  /** Take graded containers that must be reset for waiting episodes. @param waiting number of waiting episodes */
  takeGraded(waiting: number): readonly PooledContainer[] {
    if (waiting === 0 || this.#graded.length === 0) return [];
    const { starting, resetting } = this.count();
    return this.#graded.splice(0, Math.max(0, waiting - starting - resetting));
  }

  /**
   * Take the free container that was used last, of those that show the wanted image of the store; if there is none, the one that has
   * been free for longest, as its image is wanted least. Grading takes from the reserve first, which only grading may use.
   */
  takeReady(purpose: Purpose, stored?: StoredImage): PooledContainer | undefined {
    const lists = purpose === 'grading' ? [this.#readyReserve, this.#graded, this.#ready] : [this.#ready];
    for (const list of lists) {
      const index = list.findLastIndex((member) => member.shows(stored));
      if (index >= 0) return list.splice(index, 1)[0];
    }
    return lists.find((list) => list.length > 0)?.shift();
  }

  /**
   * A reset of a container begins.
   * @param spare the image of the store that it is to, if it is for no request
   * @returns whether no other reset of it has begun; called when this one has ended
   */
  turn(member: PooledContainer, spare: StoredImage | undefined): () => boolean {
    const mine = { spare };
    this.#turning.set(member, mine);
    return () => {
      if (this.#turning.get(member) !== mine) return false;
      this.#turning.delete(member);
      return true;
    };
  }

  /** A container whose reset is for no request, and to another image of the store than this request wants. */
  takeTurning({ stored, purpose }: Waiter): PooledContainer | undefined {
    for (const [member, { spare }] of this.#turning) {
      if (spare === undefined || (member.reserve && purpose !== 'grading')) continue;
      if (member.state === 'resetting' && !isSameImage(spare, stored)) return member;
    }
    return undefined;
  }

  dropReady(member: PooledContainer): void {
    for (const list of [this.#readyReserve, this.#graded, this.#ready]) {
      const index = list.indexOf(member);
      if (index >= 0) list.splice(index, 1);
    }
  }

  count(): Record<ContainerState, number> {
    const counts = { starting: 0, ready: 0, leased: 0, resetting: 0, gone: 0 };
    for (const member of this.members) counts[member.state] += 1;
    return counts;
  }

  /** Whether starts are paused after a failure. */
  get pausing(): boolean {
    return this.#pause !== null;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** The error for a request for this image, or `null` if it may wait. */
  get refusal(): SandboxError | null {
    const failure = this.#lastFailure;
    if (failure === null) return null;
    const refused = failure.code === 'image_missing' || this.#failures >= this.#startAttempts;
    return refused ? new SandboxError(failure.code, failure.message, { cause: failure }) : null;
  }

  /**
   * Time that its fastest start took, in milliseconds; 0 before the first. It decides whether a request can wait for a start: after
   * a slow one nothing might ever start again, and show that starts are fast.
   */
  get startMs(): number {
    return this.#startMs ?? 0;
  }

  startSucceeded(durationMs: number): void {
    this.#startMs = Math.min(this.#startMs ?? durationMs, durationMs);
    this.#failures = 0;
    this.#lastFailure = null;
    this.endPause();
  }

  /**
   * Count a failure and pause. Failures during a pause are not counted: they started together with the counted one.
   * @param onResume called when the pause is over
   * @returns the pause in milliseconds
   */
  startFailed(error: SandboxError, onResume: () => void): number {
    this.#lastFailure = error;
    if (this.#pause !== null) return this.#pauseMs;
    this.#failures += 1;
    const pauseMs = this.#pauseMs;
    this.#pause = setTimeout(() => {
      this.#pause = null;
      onResume();
    }, pauseMs);
    this.#pause.unref();
    return pauseMs;
  }

  /** Allow starts again without waiting. */
  endPause(): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = null;
  }

  get #pauseMs(): number {
    return Math.min(this.#maxBackoffMs, this.#backoffMs * 2 ** (this.#failures - 1));
  }
}
