import type { Episode, Fork } from '../../typescript/episode.ts';
import { Broken, ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, isWhole, run, submitted, told } from '../plays.ts';
import type { Samples } from '../samples.ts';
import { samplesOf, triedTasks } from '../subject.ts';

const REMEDY =
  'keep all state of an episode in its sandbox and in the episode itself, and let nothing in an observation differ by chance';

export const FORKS: Check = {
  name: 'forks',
  shows: 'a fork goes on from the same state, independently; an undo goes back to it',
  async run(subject) {
    const { count } = samplesOf(subject);
    const [task] = triedTasks(subject);
    await using episode = await begin(subject, task);
    await run(episode, count.begin);
    await run(episode, count.add);
    await using fork = await forked(episode);
    await run(episode, count.add);
    ensure(await showsOne(fork, count), 'a fork does not show the count that its episode had', REMEDY);
    await using early = await forked(episode, 1);
    await run(early, count.add);
    ensure(await showsOne(early, count), 'a fork at step 1 has the state of a later step', REMEDY);
    ensure(!(await showsOne(episode, count)), 'an episode has the state of its forks', REMEDY);
    const { exact, step_count } = await episode.undo(2);
    ensure(exact && step_count === 2, 'the observations of an undo are not the recorded ones', REMEDY);
    ensure(await showsOne(episode, count), 'after an undo an episode has the state of later steps', REMEDY);
    const result = await submitted(fork, task, task.gold);
    ensure(isWhole(result, task), `task ${task.id}: in a fork the gold has ${told(result)}`, REMEDY);
  },
};

async function forked(episode: Episode, atStep?: number): Promise<Episode> {
  const [fork] = await episode.fork(atStep === undefined ? {} : { atStep });
  return checked(fork);
}

function checked(fork: Fork | undefined): Episode {
  if (fork === undefined) throw new Broken('a fork has no episode', REMEDY);
  if ('error' in fork) throw fork.error;
  ensure(fork.exact, 'the observations of a fork are not the recorded ones', REMEDY);
  return fork.episode;
}

async function showsOne(episode: Episode, count: Samples['count']): Promise<boolean> {
  return count.one.test((await run(episode, count.show)).observation.output);
}
