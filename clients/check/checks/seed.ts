import { canonicalJson } from '../../../protocol/trajectory.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, played, told } from '../plays.ts';
import type { Subject } from '../subject.ts';

/** Number of seeds to try: all draw the same of two tasks by chance once in 2,048 times. */
const SEEDS = 12;

export const SEED: Check = {
  name: 'seed',
  shows:
    'the same seed begins the same episode, other seeds draw other tasks, and the same answer has the same reward',
  async run(subject) {
    const { seed, tasks } = subject;
    const drawn = new Set<string>();
    for (let more = 0; more < SEEDS; more += 1) drawn.add((await begun(subject, seed + more)).task);
    const [one, again] = [await begun(subject, seed), await begun(subject, seed)];
    ensure(
      one.whole === again.whole,
      `two episodes with the seed ${seed} differ: ${one.whole} and ${again.whole}`,
      'take every random choice from the seed that `reset` and `choose` are given',
    );
    const gradable = await gradableTasks(subject);
    ensure(
      drawn.size > 1 || gradable < 2,
      `${SEEDS} seeds draw the same of ${gradable} tasks`,
      'let the seed choose the task if a reset names none',
    );
    for (const task of tasks) {
      const answer = task.wrong[0] ?? task.gold;
      const [first, second] = [await played(subject, task, answer), await played(subject, task, answer)];
      ensure(
        first.reward === second.reward && first.info.success === second.info.success,
        `task ${task.id}: the same answer has ${told(first)}, then ${told(second)}`,
        'let the reward depend on the task and the actions alone',
      );
    }
  },
};

/** The beginning of an episode with a seed, as text to compare. */
async function begun(
  subject: Subject,
  seed: number,
): Promise<{ readonly task: string; readonly whole: string }> {
  await using episode = await begin(subject, null, { seed });
  const { task, observation, info } = episode;
  return { task: task.id, whole: canonicalJson({ task, observation, seed: info.seed }) };
}

async function gradableTasks({ client, environment, dataset }: Subject): Promise<number> {
  const info = (await client.environments()).find(({ id }) => id === environment);
  return info?.datasets.find(({ name }) => name === dataset)?.gradable ?? 0;
}
