import { rewardText } from '../parts/format.ts';

interface RewardProps {
  readonly reward: number | null | undefined;
  readonly failure?: string | null | undefined;
}

/** A reward by number and colour; a failure in its place. */
export function Reward({ failure, reward }: RewardProps) {
  if (failure !== null && failure !== undefined) return <b class="reward bad">failure</b>;
  return <b class={`reward ${toneOf(reward)}`}>{rewardText(reward)}</b>;
}

export function toneOf(reward: number | null | undefined): string {
  if (reward === null || reward === undefined) return 'none';
  return reward >= 1 ? 'good' : reward > 0 ? 'part' : 'bad';
}
