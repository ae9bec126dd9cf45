/** The bound of the reward that a cheat may get: a number, or the reward of doing nothing. */
export interface RewardBound {
  readonly relation: '=' | '<' | '<=';
  readonly bound: number | 'no-op';
}

const PATTERN = /^(=|<=|<)\s*(no-op|-?\d+(?:\.\d+)?)$/;
/** Rewards that differ by less are the same. */
const SAME = 1e-9;

/** @returns `null` for a text that is none */
export function parseBound(text: string): RewardBound | null {
  const [, relation, bound] = PATTERN.exec(text.trim()) ?? [];
  if (relation === undefined || bound === undefined) return null;
  // Every reward is less than that of doing nothing only where one can lose.
  if (relation === '<' && bound === 'no-op') return null;
  return { relation: relation as RewardBound['relation'], bound: bound === 'no-op' ? bound : Number(bound) };
}

/** Whether a reward is as the cheat says. @param noOp reward of doing nothing */
export function isWithin({ relation, bound }: RewardBound, reward: number, noOp: number): boolean {
  const limit = bound === 'no-op' ? noOp : bound;
  if (relation === '=') return Math.abs(reward - limit) < SAME;
  return relation === '<' ? reward < limit - SAME : reward < limit + SAME;
}

export function boundText({ relation, bound }: RewardBound): string {
  return `${relation} ${bound}`;
}
