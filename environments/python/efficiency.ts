import { LRUCache } from 'lru-cache';
import { SandboxError } from '../../docker/errors.ts';
import type { ImageRef } from '../../docker/sandbox.ts';
import type { PythonJudge } from './judge.ts';
import type { TestReport, Usage } from './judge-reply.ts';
import { goldSolution } from './solution.ts';
import type { PythonTaskRecord } from './task.ts';

/** Below this many seconds of processor time a difference says more about the machine than about the code. */
const SECONDS_FLOOR = 0.01;
/** Number of runs of the gold; the best figures count. */
const GOLD_RUNS = 3;
/** Number of golds whose figures are cached. */
const MAX_KNOWN = 4096;

export interface EfficiencyReward {
  readonly reward: number;
  readonly components: { readonly tests: number; readonly time: number; readonly memory: number };
}

/**
 * Correctness first, then efficiency, after ACECode (Yang et al. 2024, arXiv 2412.17264). There a correct program gets 0.5,
 * plus up to 0.5 for its speed relative to the reference. Here memory has half of the second part, and nothing is negative,
 * so the reward is from 0 to 1:
 *
 * - `tests` = 0.5 · share of tests passed
 * - `time` = 0.25 · min(1, (t_gold + 0.01 s) / (t + 0.01 s)) if all tests passed, else 0; t: processor time
 * - `memory` = 0.25 · min(1, m_gold / m) if all tests passed, else 0; m: highest resident memory
 *
 * The reward is their sum. The figures are the kernel's, of the processes that ran the solution over all its tests. The
 * kernel counts only processes that were waited for. So the solution may start threads but no other processes: work in a
 * child that nobody waits for would cost nothing.
 */
export function efficiencyReward({ reward, usage }: TestReport, gold: Usage): EfficiencyReward {
  const tests = reward / 2;
  if (reward < 1 || usage === null) return { reward: tests, components: { tests, time: 0, memory: 0 } };
  const time = Math.min(1, (gold.seconds + SECONDS_FLOOR) / (usage.seconds + SECONDS_FLOOR)) / 4;
  const memory = Math.min(1, gold.peak_kib / Math.max(1, usage.peak_kib)) / 4;
  return { reward: tests + time + memory, components: { tests, time, memory } };
}

/** The resources that each task's gold uses on an image, measured once. */
export class GoldUsage {
  readonly #judge: PythonJudge;
  readonly #known = new LRUCache<string, Promise<Usage>>({ max: MAX_KNOWN });

  constructor(judge: PythonJudge) {
    this.#judge = judge;
  }

  /**
   * @throws {SandboxError} on an infrastructure fault, and if the gold never passes its tests: then there is nothing to
   * compare with. The next call measures again.
   */
  of(dataset: string, record: PythonTaskRecord, image: ImageRef): Promise<Usage> {
    const key = `${dataset}/${record.id} ${image.digest}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const measured = this.#measure(record, image);
    this.#known.set(key, measured);
    measured.catch(() => this.#known.delete(key));
    return measured;
  }

  async #measure(record: PythonTaskRecord, image: ImageRef): Promise<Usage> {
    const passed: Usage[] = [];
    for (let run = 0; run < GOLD_RUNS; run += 1) {
      const { reward, usage } = await this.#judge.grade(image, record, {
        ...goldSolution(record),
        alone: true,
      });
      if (reward === 1 && usage !== null) passed.push(usage);
    }
    if (passed.length === 0) {
      throw new SandboxError(
        'runner_fault',
        `The gold of task ${record.id} did not pass its tests: its efficiency is unknown.`,
      );
    }
    return {
      seconds: Math.min(...passed.map(({ seconds }) => seconds)),
      peak_kib: Math.min(...passed.map(({ peak_kib }) => peak_kib)),
    };
  }
}
