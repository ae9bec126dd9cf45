import type { Limits } from '../engine.ts';
import type { HostFree } from '../host.ts';
import { growthLeft } from './growth.ts';
import type { PoolImage } from './image.ts';
import type { PooledContainer } from './pooled-container.ts';
import type { Waiter } from './waiter.ts';

export interface PlanLimits {
  readonly totalMax: number;
  readonly gradingReserve: number;
  readonly parallelStarts: number;
  readonly giveWayMs: number;
  readonly lingerMs: number;
  /** Of one container. */
  readonly limits: Limits;
  /** What the machine has left. */
  readonly host: () => HostFree;
  /** Milliseconds from any fixed moment. */
  readonly now: () => number;
}

/** When the machine is looked at again after it had too little left, in milliseconds. */
const LOOK_MS = 1_000;

/** What the pool should do now. */
export interface Plan {
  readonly starts: readonly { readonly image: PoolImage; readonly reserve: boolean }[];
  /** Free containers to remove, so that others can start in their place. */
  readonly evictions: readonly PooledContainer[];
  /** When a free container may be given up for a wanted one, or the machine may have more left, in milliseconds from now. */
  readonly ripeInMs: number | undefined;
  /** Warm containers are missing because other images have their places. */
  readonly gaveWay: boolean;
}

/** Containers of one image as the plan counts them. A container that is being removed still takes a place. */
interface Tally {
  /** Outside the reserve, including those being removed. */
  present: number;
  /** Outside the reserve, without those being removed. */
  alive: number;
  /** Outside the reserve, will be free soon. */
  coming: number;
  /** In the reserve, will be free soon. */
  comingReserve: number;
  /** Places that are reserved for it once they are free. */
  claimed: number;
  evicted: number;
  evictedReserve: number;
}

/**
 * Decide which containers to start and which to give up: first for waiting requests, in their fair order, then up to each
 * image's `warm`. A free container is given up only for another image. One beyond its own image's `warm` goes first. A warm
 * one goes only for a waiting request: at once if that image has no container at all, else after `giveWayMs`. The container
 * in its place goes after `lingerMs`, so that the warm one can come back. For a request that ends before another container can
 * start, none goes: it would be lost to both.
 * @param keepWarm also start up to `warm`
 */
export function planStarts(
  images: ReadonlyMap<string, PoolImage>,
  queue: Iterable<Waiter>,
  limits: PlanLimits,
  keepWarm = true,
): Plan {
  return new Planner(images, limits).plan(queue, keepWarm);
}

/**
 * Whether a container of `image` should give up its place: every place is taken, and a request for an image without any
 * container comes before the next request for `image`.
 */
export function givesWay(
  image: PoolImage,
  images: ReadonlyMap<string, PoolImage>,
  queue: Iterable<Waiter>,
  limits: PlanLimits,
): boolean {
  let planner: Planner | undefined;
  for (const waiter of queue) {
    if (waiter.image === image.name) return false;
    const other = images.get(waiter.image);
    if (other === undefined || other.pausing) continue;
    planner ??= new Planner(images, limits);
    if (planner.givesWay(other, waiter)) return true;
  }
  return false;
}

class Planner {
  readonly #tallies = new Map<PoolImage, Tally>();
  readonly #starts: { image: PoolImage; reserve: boolean }[] = [];
  readonly #evictions: PooledContainer[] = [];
  /** Number of starts that may begin now. */
  #slots: number;
  /** Free places outside the reserve, and places that running removals will free. */
  #room: number;
  #freeing = 0;
  #reserveRoom: number;
  #reserveFreeing = 0;
  #ripeInMs = Number.POSITIVE_INFINITY;
  #gaveWay = false;
  /** Containers outside the reserve, and how many of them start whatever the machine has left: the warm ones, or one. */
  #alive = 0;
  #assured = 0;
  /** Those among them that are starting. */
  #starting = 0;
  /** How many more may start, once that was asked. */
  #growth: number | undefined;
  readonly #limits: PlanLimits;

  constructor(images: ReadonlyMap<string, PoolImage>, limits: PlanLimits) {
    this.#limits = limits;
    this.#slots = limits.parallelStarts;
    this.#room = limits.totalMax;
    this.#reserveRoom = limits.gradingReserve;
    for (const image of images.values()) {
      this.#tallies.set(image, this.#tally(image));
      this.#assured += image.warm;
    }
    this.#assured = Math.max(1, this.#assured);
  }

  plan(queue: Iterable<Waiter>, keepWarm: boolean): Plan {
    const byName = new Map<string, [PoolImage, Tally]>();
    for (const entry of this.#tallies) byName.set(entry[0].name, entry);
    for (const waiter of queue) {
      if (this.#slots <= 0) break;
      const [image, tally] = byName.get(waiter.image) ?? [];
      if (image !== undefined && tally !== undefined) this.#serve(waiter, image, tally);
    }
    for (const [image, tally] of this.#tallies) {
      const missing = keepWarm ? Math.min(image.warm, image.max) - tally.alive : 0;
      for (let i = 0; i < missing && this.#slots > 0 && !image.pausing; i += 1) {
        if (this.#startNormal(image, tally)) continue;
        this.#gaveWay = true;
        this.#makeRoom(image, tally, false);
      }
    }
    const ripeInMs = Number.isFinite(this.#ripeInMs) ? this.#ripeInMs : undefined;
    return { starts: this.#starts, evictions: this.#evictions, ripeInMs, gaveWay: this.#gaveWay };
  }

  givesWay(other: PoolImage, waiter: Waiter): boolean {
    const wanted = this.#tallies.get(other);
    if (wanted === undefined) return false;
    const helped = wanted.alive > 0 || (waiter.purpose === 'grading' && wanted.comingReserve > 0);
    return !helped && this.#room <= 0 && this.#freeing === 0 && this.#staysFor(other, waiter);
  }

  #serve(waiter: Waiter, image: PoolImage, tally: Tally): void {
    const grading = waiter.purpose === 'grading';
    if (grading && tally.comingReserve > 0) {
      tally.comingReserve -= 1;
    } else if (tally.coming > 0) {
      tally.coming -= 1;
    } else if (!image.pausing && !this.#startNormal(image, tally)) {
      if ((grading && this.#startReserve(image)) || !this.#staysFor(image, waiter)) return;
      this.#makeRoom(image, tally, true);
    }
  }

  /** Whether a request still waits when another container of its image has started. */
  #staysFor(image: PoolImage, waiter: Waiter): boolean {
    return waiter.endsAt - this.#limits.now() > image.startMs;
  }

  #startNormal(image: PoolImage, tally: Tally): boolean {
    if (this.#room <= 0 || tally.present >= image.max || !this.#mayGrow()) return false;
    this.#room -= 1;
    this.#alive += 1;
    tally.present += 1;
    tally.alive += 1;
    this.#begin(image, false);
    return true;
  }

  /** Whether the machine has enough left for another container. */
  #mayGrow(): boolean {
    if (this.#alive < this.#assured) return true;
    this.#growth ??= growthLeft(this.#limits.host(), this.#limits.limits, this.#starting);
    this.#growth -= 1;
    if (this.#growth >= 0) return true;
    this.#ripeInMs = Math.min(this.#ripeInMs, LOOK_MS);
    return false;
  }

  /** Whether a reserved container starts, or can start after a running removal. */
  #startReserve(image: PoolImage): boolean {
    if (this.#reserveRoom > 0) {
      this.#reserveRoom -= 1;
      this.#begin(image, true);
      return true;
    }
    if (this.#reserveFreeing > 0) {
      this.#reserveFreeing -= 1;
      return true;
    }
    for (const [other, tally] of this.#tallies) {
      const victim = other === image ? undefined : other.readyReserve[tally.evictedReserve];
      if (victim === undefined) continue;
      tally.evictedReserve += 1;
      this.#evictions.push(victim);
      return true;
    }
    return false;
  }

  #begin(image: PoolImage, reserve: boolean): void {
    this.#slots -= 1;
    this.#starts.push({ image, reserve });
  }

  /**
   * Claim a place that is being freed, or give up the least needed free container.
   * @param waited whether a request waits for the place; else it is for a warm container
   */
  #makeRoom(image: PoolImage, tally: Tally, waited: boolean): void {
    if (tally.present >= image.max) return;
    const first = tally.alive + tally.claimed === 0;
    tally.present += 1;
    tally.claimed += 1;
    if (this.#freeing > 0) {
      this.#freeing -= 1;
      return;
    }
    const victim =
      this.#mostSpare(image, (other, its) => its.alive - other.warm, waited ? 0 : this.#limits.lingerMs) ??
      (waited ? this.#mostSpare(image, () => 1, first ? 0 : this.#limits.giveWayMs) : undefined);
    if (victim === undefined) return;
    const [most, container] = victim;
    most.evicted += 1;
    most.alive -= 1;
    this.#evictions.push(container);
  }

  /**
   * The longest free container of the image with the most containers.
   * @param spare how many containers an image can give up
   * @param freeMs how long it must have been free
   */
  #mostSpare(
    image: PoolImage,
    spare: (other: PoolImage, tally: Tally) => number,
    freeMs: number,
  ): readonly [Tally, PooledContainer] | undefined {
    let found: readonly [Tally, PooledContainer] | undefined;
    for (const [other, tally] of this.#tallies) {
      const container = other.ready[tally.evicted];
      if (other === image || container === undefined || spare(other, tally) <= 0) continue;
      if (tally.alive <= (found?.[0].alive ?? 0)) continue;
      const waitMs = freeMs === 0 ? 0 : container.freeSince + freeMs - this.#limits.now();
      if (waitMs > 0) this.#ripeInMs = Math.min(this.#ripeInMs, waitMs);
      else found = [tally, container];
    }
    return found;
  }

  #tally(image: PoolImage): Tally {
    const tally: Tally = {
      present: 0,
      alive: 0,
      coming: 0,
      comingReserve: 0,
      claimed: 0,
      evicted: 0,
      evictedReserve: 0,
    };
    for (const { state, reserve } of image.members) {
      const gone = state === 'gone';
      const coming = state === 'starting' || state === 'resetting';
      if (state === 'starting') this.#slots -= 1;
      if (reserve) {
        this.#reserveRoom -= 1;
        if (gone) this.#reserveFreeing += 1;
        if (coming) tally.comingReserve += 1;
      } else {
        this.#room -= 1;
        tally.present += 1;
        if (gone) this.#freeing += 1;
        else tally.alive += 1;
        if (coming) tally.coming += 1;
        if (!gone) this.#alive += 1;
        if (state === 'starting') this.#starting += 1;
      }
    }
    return tally;
  }
}
