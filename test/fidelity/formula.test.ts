import { expect, it } from 'vitest';
import { errorFunction } from '../../environments/bash/error-function.ts';
import { outputSimilarity } from '../../environments/bash/intercode-reward.ts';
import { roundToHundredths } from '../../environments/intercode-text.ts';
import { describeUnless } from '../requirements.ts';
import { missingData, referenceEpisodes } from './reference-data.ts';

const FULL = 0.33;
/** Tasks whose gold prints something else each time: processes, times, the network. */
const OF_THE_MOMENT = /pstree|date|uptime|dig |\bw \||env|df |du /;

describeUnless(missingData, "InterCode's formulas over its own results", () => {
  const episodes = missingData === null ? referenceEpisodes() : [];

  it('add up to its rewards', () => {
    let compared = 0;
    for (const { rewards, file_diff, file_changes, answer_similarity } of episodes) {
      for (const [step, reward] of rewards.entries()) {
        const parts = [file_diff[step], file_changes[step], answer_similarity[step]];
        if (reward === null) continue;
        expect(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0.01)).toBeCloseTo(reward, 9);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(2000);
  });

  it('know every value of its first part', () => {
    const ours = new Set([0, 1, 2, 3, 9].map((n) => roundToHundredths(0.33 * (1 - errorFunction(n)))));
    const theirs = new Set(episodes.flatMap(({ file_diff }) => file_diff));
    expect([...theirs].filter((part) => part !== null && !ours.has(part))).toEqual([]);
  });

  it('find its answer similarities from an output that it took for the gold one', () => {
    let compared = 0;
    let alike = 0;
    for (const { gold, observations, answer_similarity } of episodes) {
      const output = observations[answer_similarity.indexOf(FULL)];
      if (output === undefined || OF_THE_MOMENT.test(String(gold))) continue;
      for (const [step, observation] of observations.entries()) {
        const ours = roundToHundredths(FULL * outputSimilarity(observation, output));
        compared += 1;
        if (Math.abs(ours - (answer_similarity[step] ?? Number.NaN)) < 0.011) alike += 1;
      }
    }
    expect(compared).toBeGreaterThan(400);
    // The full part is given from a similarity of 0.985 on, so that a few outputs stand for a gold slightly off.
    expect(alike / compared).toBeGreaterThan(0.99);
  });
});
