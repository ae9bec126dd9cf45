import { z } from 'zod';
import type { Observation } from '../../../protocol/episode.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { type Described, describedBy, tellsStatus } from '../described.ts';
import { begin, run, runGold } from '../plays.ts';
import { triedTasks } from '../subject.ts';

const REMEDY = 'make the schema of the observation and what an episode returns agree';

export const OBSERVATION: Check = {
  name: 'observation',
  shows: 'an episode begins with the instruction, and observations have the described fields',
  async run(subject) {
    const described = await describedBy(subject);
    const [task] = triedTasks(subject);
    await using episode = await begin(subject, task);
    const { instruction } = episode.task;
    ensure(
      episode.observation.output.includes(instruction),
      `the first observation of task ${task.id} lacks the instruction`,
      'begin its `output` with `task.instruction`',
    );
    asDescribed('the first observation', episode.observation, described);
    const { samples } = subject;
    const result = await (samples === null ? runGold(episode, task) : run(episode, samples.show.code));
    const { observation, reward, terminated, truncated } = result;
    asDescribed('the observation of a step', observation, described);
    if (samples !== null) {
      const { code, shown } = samples.show;
      ensure(
        observation.output.includes(shown),
        `\`${code}\` shows ${JSON.stringify(observation.output)}, not ${shown}`,
        'show what the code prints, or correct `show` in samples.json',
      );
      ensure(
        !tellsStatus(described) || observation.exit_code === 0,
        `\`${code}\` has the exit status ${observation.exit_code}`,
        'let `exit_code` be 0 where nothing went wrong',
      );
    }
    ensure(
      reward === null && !terminated && !truncated,
      `a step that is not the last has reward ${reward}, terminated ${terminated}, truncated ${truncated}`,
      'grade only in `grade`',
    );
  },
};

function asDescribed(which: string, observation: Observation, { observation: schema }: Described): void {
  const { properties = {} } = schema as { properties?: Readonly<Record<string, unknown>> };
  const unknown = Object.keys(observation).find((key) => !Object.hasOwn(properties, key));
  ensure(unknown === undefined, `${which} has a field \`${unknown}\` that is not described`, REMEDY);
  const { error } = z.fromJSONSchema(schema as z.core.JSONSchema.JSONSchema).safeParse(observation);
  const [issue] = error?.issues ?? [];
  ensure(issue === undefined, `${which}: \`${issue?.path.join('.')}\`: ${issue?.message}`, REMEDY);
}
