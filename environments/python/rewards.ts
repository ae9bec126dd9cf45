import type { ImageRef } from '../../docker/sandbox.ts';
import type { Grade } from '../environment.ts';
import { efficiencyReward, type GoldUsage } from './efficiency.ts';
import { feedbackOf, reportedTests, visibilityOf } from './feedback.ts';
import type { PythonJudge } from './judge.ts';
import type { PythonOptions } from './options.ts';
import type { Solution } from './solution.ts';
import type { PythonTaskRecord } from './task.ts';
import { explainedTests } from './tests-explanation.ts';

export interface RewardsParts {
  readonly judge: PythonJudge;
  readonly goldUsage: GoldUsage;
  readonly dataset: string;
  readonly record: PythonTaskRecord;
  readonly options: Pick<PythonOptions, 'scoring' | 'tests' | 'feedback'>;
}

/** The rewards of one episode: what is graded, how, and what the agent is shown. */
export class Rewards {
  readonly #parts: RewardsParts;

  constructor(parts: RewardsParts) {
    this.#parts = parts;
  }

  /**
   * @param atMostMs of all tests together @default 60 s, which it never exceeds
   * @throws {SandboxError} on an infrastructure fault
   */
  async grade(image: ImageRef, solution: Solution, atMostMs?: number): Promise<Grade> {
    const { judge, goldUsage, dataset, record, options } = this.#parts;
    const began = performance.now();
    const efficient = options.scoring === 'efficiency';
    const limit = atMostMs === undefined ? {} : { seconds: atMostMs / 1000 };
    const report = await judge.grade(image, record, { ...solution, ...limit, alone: efficient });
    const visibility = visibilityOf(record, options.tests);
    const tests = reportedTests(record, report.tests, visibility);
    const rewarded = efficient
      ? efficiencyReward(report, await goldUsage.of(dataset, record, image))
      : { reward: report.reward, components: { tests: report.reward } };
    return {
      ...rewarded,
      success: report.reward === 1,
      durationMs: performance.now() - began,
      explain: () => explainedTests({ record, report, components: { ...rewarded.components } }),
      ...(tests === undefined ? {} : { info: { tests } }),
      ...(options.feedback ? { feedback: feedbackOf(record, report.tests, visibility) } : {}),
    };
  }
}
