import { isPressed } from './growth.ts';
import type { PoolImage } from './image.ts';
import type { PooledContainer } from './pooled-container.ts';
import type { PoolSettings } from './settings.ts';

/** What the upkeep needs of its pool. */
export interface Upkept {
  images(): Iterable<PoolImage>;
  /** Whether spare containers may go: not while requests wait. */
  mayShrink(): boolean;
  /** A free container does not answer. */
  onUnhealthy(member: PooledContainer, image: PoolImage, reason: string): void;
  /** A free container beyond its image's `warm` is not used. */
  onSpare(member: PooledContainer, image: PoolImage, reason: string): void;
}

/** Looks at a pool's free containers every `healthIntervalMs`: which of them do not answer, and which are spare. */
export class PoolUpkeep {
  readonly #pool: Upkept;
  readonly #settings: PoolSettings;
  readonly #pinged = new Set<PooledContainer>();
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Upkept, settings: PoolSettings) {
    this.#pool = pool;
    this.#settings = settings;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#look(), this.#settings.healthIntervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#pool.mayShrink()) this.#shrink();
    for (const image of this.#pool.images()) {
      for (const member of image.members) {
        if (member.state === 'ready' && !this.#pinged.has(member)) this.#ping(member, image);
      }
    }
  }

  #ping(member: PooledContainer, image: PoolImage): void {
    this.#pinged.add(member);
    member
      .ping(this.#settings.pingTimeoutMs)
      .catch(({ message }: Error) => {
        // A container that is leased by now has other deadlines.
        if (member.state === 'ready') this.#pool.onUnhealthy(member, image, message);
      })
      .finally(() => this.#pinged.delete(member));
  }

  /** Free containers beyond the warm ones go after a while without use, or at once if the machine has too little left. */
  #shrink(): void {
    const { host, idleMs, now } = this.#settings;
    // A look at the machine reads files.
    let pressed: boolean | undefined;
    for (const image of this.#pool.images()) {
      for (const member of spareIn(image)) {
        pressed ??= isPressed(host());
        if (!pressed && now() - member.freeSince < idleMs) continue;
        const reason = pressed ? 'The machine has too little memory or processes left.' : 'It was not used.';
        this.#pool.onSpare(member, image, reason);
      }
    }
  }
}

/** Free containers beyond the image's `warm`, longest free first. */
function spareIn({ members, ready, warm }: PoolImage): PooledContainer[] {
  const alive = [...members].filter(({ reserve, state }) => !reserve && state !== 'gone').length;
  return ready.slice(0, Math.max(0, alive - warm));
}
