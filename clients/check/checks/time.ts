import { setTimeout } from 'node:timers/promises';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin, isWhole, runGold, told } from '../plays.ts';
import { taskWithSteps } from '../subject.ts';

/** Time for the network, beside the gold's own, in milliseconds. */
const SPARE_MS = 5_000;
/** Factor on the gold's own time, for a busy machine. */
const TIMES = 3;
/** Maximum time to wait for the end, in milliseconds. */
const END_MS = 60_000;
const LOOK_MS = 100;

export const TIME: Check = {
  name: 'time',
  shows: 'an episode whose time is over ends by itself and is graded',
  async run(subject) {
    const task = taskWithSteps(subject);
    await using measured = await begin(subject, task);
    const { duration_ms } = (await runGold(measured, task)).info;
    await measured.close();
    const limit = Math.ceil(SPARE_MS + TIMES * duration_ms);
    await using episode = await begin(subject, task, { max_duration_ms: limit });
    await runGold(episode, task);
    const until = performance.now() + limit + END_MS;
    let { status } = await episode.state();
    while (status !== 'over' && performance.now() < until) {
      await setTimeout(LOOK_MS);
      ({ status } = await episode.state());
    }
    const remedy = 'leave limits to the server, and let `grade` end in time';
    ensure(status === 'over', `an episode of ${limit} ms is ${status} a minute later`, remedy);
    const end = await episode.step({ code: task.gold });
    ensure(
      end.truncated && end.info.limit === 'time' && isWhole(end, task),
      `task ${task.id}: the gold has ${told(end)} when its time is over, limit ${end.info.limit}`,
      remedy,
    );
  },
};
