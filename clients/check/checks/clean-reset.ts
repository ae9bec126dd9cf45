import { canonicalJson } from '../../../protocol/trajectory.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, played, run, submitted, told } from '../plays.ts';
import { type Subject, triedTasks } from '../subject.ts';

const REMEDY = 'begin each episode in a pristine sandbox, and keep nothing of an episode outside it';

export const CLEAN_RESET: Check = {
  name: 'clean reset',
  shows: 'an episode finds nothing of previous episodes: no solution, no file, no session state',
  async run(subject) {
    for (const task of triedTasks(subject)) {
      const idle = await played(subject, task, null);
      const solved = await begin(subject, task);
      try {
        await submitted(solved, task, task.gold);
      } finally {
        await solved.close();
      }
      await using next = await begin(subject, task);
      ensure(
        canonicalJson(next.observation) === canonicalJson(solved.observation),
        `task ${task.id} begins differently after an episode that solved it`,
        REMEDY,
      );
      const after = await next.submit();
      ensure(
        after.reward === idle.reward,
        `task ${task.id}: doing nothing has ${told(idle)}, and ${told(after)} after an episode that solved it`,
        REMEDY,
      );
    }
    if (subject.samples !== null) await keepsNoSession(subject);
  },
};

async function keepsNoSession(subject: Subject): Promise<void> {
  const { samples } = subject;
  if (samples === null) return;
  const { begin: start, add, show, one } = samples.count;
  const [task] = triedTasks(subject);
  const episode = await begin(subject, task);
  try {
    for (const code of [start, add]) await run(episode, code);
    const { output } = (await run(episode, show)).observation;
    ensure(
      one.test(output),
      `after \`${start}\` and \`${add}\`, \`${show}\` shows ${JSON.stringify(output)}`,
      'keep one session for the whole episode, or correct `count` in samples.json',
    );
  } finally {
    await episode.close();
  }
  await using next = await begin(subject, task);
  const { output } = (await run(next, show)).observation;
  ensure(!one.test(output), `a new episode still has what \`${add}\` set in the previous episode`, REMEDY);
}
