import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Difference, replayEpisode } from '../../replay/replay-episode.ts';
import { readTrajectory } from '../../replay/trajectory-file.ts';
import { type Check, ensure, NotShown } from '../check.ts';
import { begin, run, submitted } from '../plays.ts';
import { triedTasks } from '../subject.ts';

/** Characters of a value that are told. */
const TOLD = 200;

export const REPLAY: Check = {
  name: 'replay',
  shows:
    'an episode is written as a trajectory, and its actions played again give the same observations and rewards',
  async run(subject) {
    const { trajectories } = subject.server;
    if (trajectories === null) throw new NotShown('the trajectories of this server are not on this machine');
    for (const task of triedTasks(subject)) {
      await using episode = await begin(subject, task);
      const { samples } = subject;
      if (samples !== null) for (const code of [samples.show.code, samples.fail]) await run(episode, code);
      await episode.evaluate();
      await submitted(episode, task, task.gold);
      const trajectory = await readTrajectory(await pathOf(trajectories, episode.id));
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
        'show no times, process ids or random numbers; where the gold itself prints some, check other tasks (`--seed`)',
      );
      ensure(notes.length === 0, `task ${task.id}, played again: ${notes.join('; ')}`, 'play on one engine');
    }
  },
};

/** Where the trajectory of an episode lies: its folder may have folders. @throws {NotShown} it is not there */
async function pathOf(folder: string, episode: string): Promise<string> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const found = files.find((file) => file.endsWith(`${episode}.jsonl`));
  if (found === undefined) throw new NotShown(`${folder} has no trajectory of episode ${episode}`);
  return join(folder, found);
}

function words({ where, field, recorded, replayed }: Difference): string {
  return `${where}, ${field} was ${text(recorded)} and is ${text(replayed)}`;
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= TOLD ? json : `${json.slice(0, TOLD)}…`;
}
