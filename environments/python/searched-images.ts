import type { SessionReply } from './judge-reply.ts';

/**
 * Grades in an image before one searches its files: only then may a sandbox serve a second grade. A search reads the mode of
 * every file, which takes as long as the loading of the judge in a hundred sandboxes.
 */
const GRADES_BEFORE = 8;

/** What the session reports of an image's files. */
export type Found = Extract<SessionReply, { end: string }>['image'];
/** What the session is told of them. `unknown`: it searches them and reports. `unsearched`: it does not. */
export type Known = Found | 'unsearched';

/** What is known of images, by their digests: whether every user may write to some of their files. */
export class SearchedImages {
  readonly #known = new Map<string, Exclude<Found, 'unknown'>>();
  readonly #grades = new Map<string, number>();
  /** Those that a grade in progress searches. */
  readonly #searching = new Set<string>();

  /** What to tell the session of the next grade in an image. `learn` has to follow. */
  next(digest: string): Known {
    const known = this.#known.get(digest);
    if (known !== undefined) return known;
    const grades = this.#grades.get(digest) ?? 0;
    this.#grades.set(digest, grades + 1);
    if (grades < GRADES_BEFORE || this.#searching.has(digest)) return 'unsearched';
    this.#searching.add(digest);
    return 'unknown';
  }

  /** The end of a grade whose session was told `told`. */
  learn(digest: string, told: Known, found: Found): void {
    if (told === 'unknown') this.#searching.delete(digest);
    if (found !== 'unknown') this.#known.set(digest, found);
  }
}
