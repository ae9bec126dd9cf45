import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, run } from '../plays.ts';
import { samplesOf, triedTasks } from '../subject.ts';

export const FAILING_CODE: Check = {
  name: 'failing code',
  shows: 'code that fails is observed, and the episode continues',
  async run(subject) {
    const { fail, show } = samplesOf(subject);
    const [task] = triedTasks(subject);
    await using episode = await begin(subject, task);
    const { observation, terminated, truncated } = await run(episode, fail);
    const remedy = 'return what failed as an observation';
    ensure(!terminated && !truncated, `\`${fail}\` ends the episode`, remedy);
    ensure(
      observation.exit_code !== 0,
      `\`${fail}\` has the exit status 0`,
      'return a non-zero `exit_code`, or correct `fail` in samples.json',
    );
    const { output } = (await run(episode, show.code)).observation;
    ensure(
      output.includes(show.shown),
      `after \`${fail}\`, \`${show.code}\` shows ${JSON.stringify(output)}`,
      remedy,
    );
  },
};
