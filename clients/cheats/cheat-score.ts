/** What a cheat must score: a bound of its reward, by a number or by the reward of doing nothing. */
export interface CheatScore {
  readonly relation: '=' | '<' | '<=';
  readonly bound: number | 'no-op';
}

const PATTERN = /^(=|<=|<)\s*(no-op|-?\d+(?:\.\d+)?)$/;
/** Rewards that differ by less are the same. */
const SAME = 1e-9;

/** @returns `null` for a text that is none */
export function parseScore(text: string): CheatScore | null {
  const [, relation, bound] = PATTERN.exec(text.trim()) ?? [];
  if (relation === undefined || bound === undefined) return null;
  // Every reward is less than that of doing nothing only where one can lose.
  if (relation === '<' && bound === 'no-op') return null;
  return { relation: relation as CheatScore['relation'], bound: bound === 'no-op' ? bound : Number(bound) };
}

/** Whether a reward is as the cheat says. @param noOp reward of doing nothing */
export function isWithin({ relation, bound }: CheatScore, reward: number, noOp: number): boolean {
  const limit = bound === 'no-op' ? noOp : bound;
  if (relation === '=') return Math.abs(reward - limit) < SAME;
  return relation === '<' ? reward < limit - SAME : reward < limit + SAME;
}

export function scoreText({ relation, bound }: CheatScore): string {
  return `${relation} ${bound}`;
}
