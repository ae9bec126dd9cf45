import { type Difference, replayEpisode } from '../../replay/replay-episode.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, run, submitted } from '../plays.ts';
import { triedTasks } from '../subject.ts';
import { writtenTrajectory } from '../written.ts';

/** Maximum number of characters of a value to print. */
const TOLD = 200;

export const REPLAY: Check = {
  name: 'replay',
  shows:
    'an episode is written as a trajectory, and its actions played again give the same observations and rewards',
  async run(subject) {
    for (const task of triedTasks(subject)) {
      await using episode = await begin(subject, task);
      const { samples } = subject;
      if (samples !== null) for (const code of [samples.show.code, samples.fail]) await run(episode, code);
      await episode.evaluate();
      await submitted(episode, task, task.gold);
      const trajectory = await writtenTrajectory(subject, episode.id);
      ensure(
        !trajectory.torn && trajectory.close?.reason === 'terminated',
        `task ${task.id}: its trajectory does not end with the end of the episode`,
        'leave trajectories to the server',
      );
      const { differences, notes } = await replayEpisode(subject.client, trajectory);
      const [difference] = differences;
      ensure(
        difference === undefined,
        `task ${task.id}, played again: ${difference === undefined ? '' : words(difference)}`,
        'show no times, process ids or random numbers; if the gold itself prints some, check other tasks (`--seed`)',
      );
      ensure(notes.length === 0, `task ${task.id}, played again: ${notes.join('; ')}`, 'play on one engine');
    }
  },
};

function words({ where, field, recorded, replayed }: Difference): string {
  return `${where}, ${field} was ${text(recorded)} and is ${text(replayed)}`;
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= TOLD ? json : `${json.slice(0, TOLD)}…`;
}
