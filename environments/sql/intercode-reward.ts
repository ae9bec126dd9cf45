import { roundToHundredths } from '../intercode-text.ts';
import { pythonTuple } from './intercode-rows.ts';
import { kendallTau } from './kendall-tau.ts';
import type { SqlRow } from './sql-value.ts';

export interface IntercodeReward {
  /** From −1 to 1: rows in the opposite order make it negative. */
  readonly reward: number;
  readonly components: {
    /** Intersection over union of the rows, as multisets. */
    readonly iou: number;
    /** Kendall's τ-b of the order of the common rows; 1 if it is undefined and therefore not applied. */
    readonly kendall_tau: number;
  };
}

function counts(rows: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const row of rows) found.set(row, (found.get(row) ?? 0) + 1);
  return found;
}

/** The rows in their order, each at most as often as in `quota`. */
function upTo(quota: ReadonlyMap<string, number>, rows: readonly string[]): string[] {
  const left = new Map(quota);
  return rows.filter((row) => {
    const remaining = left.get(row) ?? 0;
    left.set(row, remaining - 1);
    return remaining > 0;
  });
}

/**
 * The SQL reward of InterCode (Yang et al. 2023, appendix B): IoU of the rows as multisets times Kendall's τ-b of the
 * order in which the common rows appear, ranked as strings; the product is rounded to hundredths, a reward without τ is
 * not. Rows are compared by their Python text, so that `1` and `1.0` differ. `null`: the last action or the gold query
 * gave no rows to compare, for which the reward is 0.
 * @param agentCount true number of the agent's rows, if not all are given: the others count as not common
 */
export function intercodeReward(
  agent: readonly SqlRow[] | null,
  gold: readonly SqlRow[] | null,
  agentCount = agent?.length ?? 0,
): IntercodeReward {
  if (agent === null || gold === null) return { reward: 0, components: { iou: 0, kendall_tau: 1 } };
  const [ours, theirs] = [agent.map(pythonTuple), gold.map(pythonTuple)];
  if (agentCount + theirs.length === 0) return { reward: 1, components: { iou: 1, kendall_tau: 1 } };
  const goldCounts = counts(theirs);
  const common = new Map(
    [...counts(ours)].map(([row, count]) => [row, Math.min(count, goldCounts.get(row) ?? 0)]),
  );
  const shared = upTo(common, ours);
  const iou = shared.length / (agentCount + theirs.length - shared.length);
  const tau = kendallTau(shared, upTo(common, theirs));
  if (Number.isNaN(tau)) return { reward: iou, components: { iou, kendall_tau: 1 } };
  return { reward: roundToHundredths(tau * iou), components: { iou, kendall_tau: tau } };
}
