import { expect, it } from 'vitest';
import { intercodeReward } from '../../../environments/sql/intercode-reward.ts';
import { pythonRows } from '../../../environments/sql/intercode-rows.ts';
import type { SqlRow } from '../../../environments/sql/sql-value.ts';
import { missingData } from '../../fidelity/reference-data.ts';
import { spiderGolds, sqlReference } from '../../fidelity/sql-reference.ts';
import { describeUnless } from '../../requirements.ts';
import { parsePythonRows } from './python-rows.ts';

function rowsOf(observation: string): SqlRow[] | null {
  return observation.startsWith('Error executing query') ? null : parsePythonRows(observation);
}

describeUnless(missingData, 'InterCode’s own SQL results', () => {
  const episodes = missingData === null ? sqlReference() : [];
  const golds = (missingData === null ? spiderGolds() : []).map(({ db, gold }) =>
    JSON.stringify([db, gold.trim()]),
  );

  it('are read and written again to the letter', () => {
    const lists = episodes.flatMap(({ observations }) => observations.filter((text) => text.startsWith('[')));
    expect(lists.length).toBeGreaterThan(3000);
    expect(lists.filter((text) => pythonRows(parsePythonRows(text)) !== text)).toEqual([]);
  });

  it('have the rewards that the formula gives, where the gold rows are known', () => {
    // Rows of a gold query are seen where an agent sent the very query, or sent one that earned 1 with few enough rows
    // that only the same ones in the same order round to it.
    const sent = new Map<string, string>();
    const earned = new Map<number, string>();
    for (const { db, actions, observations, rewards, task_id } of episodes) {
      for (const [step, observation] of observations.entries()) {
        const query = JSON.stringify([db, actions[step]?.trim()]);
        if (!sent.has(query)) sent.set(query, observation);
        if (rewards[step] === 1 && (rowsOf(observation)?.length ?? 200) < 50)
          earned.set(task_id, observation);
      }
    }
    let compared = 0;
    let partial = 0;
    const differing: unknown[] = [];
    for (const { task_id, actions, observations, rewards } of episodes) {
      const seen = sent.get(golds[task_id] ?? '') ?? earned.get(task_id);
      if (seen === undefined) continue;
      for (const [step, reward] of rewards.entries()) {
        const ours = intercodeReward(rowsOf(observations[step] ?? ''), rowsOf(seen)).reward;
        compared += 1;
        if (reward !== 0 && reward !== 1) partial += 1;
        if (Math.abs(ours - reward) > 1e-9) differing.push({ task_id, action: actions[step], ours, reward });
      }
    }
    console.info(`${compared} rewards compared, ${partial} of them neither 0 nor 1`);
    expect(compared).toBeGreaterThan(3000);
    expect(partial).toBeGreaterThan(10);
    expect(differing).toEqual([]);
  });
});
