import type { Play } from './plays.ts';

/** What a graded episode got where something else is known to be right. */
export interface WrongReward {
  readonly play: Play;
  readonly expected: string;
  readonly reward: number | null;
  /** Seconds from the begin. */
  readonly at: number;
  /** Seconds that the episode took. */
  readonly took: number;
  /** Marks of the steps before the grade, e.g. `timed_out`. */
  readonly marks: readonly string[];
}

/** What is counted while it runs. */
export class Tally {
  steps = 0;
  /** Episodes by how they ended: `graded`, `left`, `vanished`, or a failure. */
  readonly episodes = new Map<string, number>();
  readonly failures = new Map<string, number>();
  readonly faults = new Map<string, number>();
  readonly wrong: WrongReward[] = [];

  ended(how: string): void {
    add(this.episodes, how);
  }

  failed(what: string): void {
    add(this.failures, what);
  }

  fault(kind: string): void {
    add(this.faults, kind);
  }

  get total(): number {
    return [...this.episodes.values()].reduce((sum, count) => sum + count, 0);
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Counts as one text, the most frequent first. */
export function countsText(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}
