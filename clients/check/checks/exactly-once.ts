import { canonicalJson } from '../../../protocol/trajectory.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, run } from '../plays.ts';
import { samplesOf, triedTasks } from '../subject.ts';

export const EXACTLY_ONCE: Check = {
  name: 'exactly once',
  shows: 'a step that is sent again returns its stored result and does not run again',
  async run(subject) {
    const { count } = samplesOf(subject);
    const [task] = triedTasks(subject);
    await using episode = await begin(subject, task);
    await run(episode, count.begin);
    const first = await run(episode, count.add);
    const again = await episode.step({ code: count.add }, { step: first.step });
    const remedy = 'leave repeated steps to the server, and run an action once for each call';
    ensure(
      canonicalJson(again) === canonicalJson({ ...first, replayed: true }),
      `step ${first.step}, sent again, gets a different result`,
      remedy,
    );
    const { output } = (await run(episode, count.show)).observation;
    ensure(
      count.one.test(output),
      `after \`${count.add}\`, sent twice as step ${first.step}, \`${count.show}\` shows ${JSON.stringify(output)}`,
      remedy,
    );
  },
};
