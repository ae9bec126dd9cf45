import type { Reward } from './reward-file.ts';
import type { TerminalStep, TerminalTask } from './task.ts';

/** A step as it was verified; the reason if there is no reward. */
export type Scored = Reward | string;

/** Whether a step's reward lets the next step begin. */
export function isEnough(
  { min_reward: least = Number.NEGATIVE_INFINITY }: TerminalStep,
  scored: Scored,
): boolean {
  const { reward, components } =
    typeof scored === 'string' ? { reward: 0, components: {} as Record<string, number> } : scored;
  if (typeof least === 'number') return reward >= least;
  return Object.entries(least).every(([name, value]) => (components[name] ?? 0) >= value);
}

/** The reward of a task. A step that was not reached, or has no reward, counts 0. */
export function totalOf(
  { steps, strategy }: Pick<TerminalTask, 'steps' | 'strategy'>,
  scored: readonly Scored[],
): Reward {
  const rewards = steps.map((_, index) => scored[index]);
  const rewardOf = (one: Scored | undefined) => (typeof one === 'object' ? one.reward : 0);
  if (steps.length === 1) return typeof rewards[0] === 'object' ? rewards[0] : NOTHING;
  const values = rewards.map(rewardOf);
  const sum = values.reduce((total, value) => total + value, 0);
  const reward = strategy === 'final' ? (values.at(-1) ?? 0) : sum / values.length;
  const named = steps.map(({ name }, index): [string, number] => [name, values[index] ?? 0]);
  return { reward, components: Object.fromEntries(named) };
}

const NOTHING: Reward = { reward: 0, components: { reward: 0 } };
