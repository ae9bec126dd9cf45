import { Deferred } from '../deferred.ts';
import type { SandboxError } from '../errors.ts';
import type { BuildProgress } from '../sandbox.ts';

type Watcher = (progress: BuildProgress) => void;

/** Minimum time between two reports of the same build, in milliseconds. */
const REPORT_MS = 1_000;

/** The build of one image, which waits for its turn or runs. */
export class ImageBuild {
  readonly image: string;
  readonly #done = new Deferred<void>();
  readonly #watchers = new Set<Watcher>();
  #progress: BuildProgress;
  /** Runs after a report; the next one waits for its end. */
  #timer: NodeJS.Timeout | undefined;
  #isOutdated = false;

  constructor(image: string) {
    this.image = image;
    this.#progress = { image, ahead: 0, line: '' };
    // It may fail without anyone who waits.
    this.#done.promise.catch(() => {});
  }

  /** Settles with the build. */
  get done(): Promise<void> {
    return this.#done.promise;
  }

  /** Report how far it is, now if anything is known, and from now on. @returns what ends the reports */
  watch(watcher: Watcher | undefined): () => void {
    if (watcher === undefined) return () => {};
    this.#watchers.add(watcher);
    const { ahead, line } = this.#progress;
    // Most images are only looked at: that is no build.
    if (ahead > 0 || line !== '') watcher(this.#progress);
    return () => this.#watchers.delete(watcher);
  }

  /** The latest of several reports within a second is told at its end. */
  tell(change: Partial<Omit<BuildProgress, 'image'>>): void {
    const known = this.#progress;
    this.#progress = { ...known, ...change };
    if (known.ahead === this.#progress.ahead && known.line === this.#progress.line) return;
    this.#isOutdated = true;
    if (this.#timer === undefined) this.#report();
  }

  succeed(): void {
    this.#end();
    this.#done.resolve();
  }

  fail(error: SandboxError): void {
    this.#end();
    this.#done.reject(error);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#watchers.clear();
  }

  #report(): void {
    this.#timer = undefined;
    if (!this.#isOutdated || this.#watchers.size === 0) return;
    this.#isOutdated = false;
    for (const watcher of [...this.#watchers]) watcher(this.#progress);
    this.#timer = setTimeout(() => this.#report(), REPORT_MS);
    this.#timer.unref();
  }
}
