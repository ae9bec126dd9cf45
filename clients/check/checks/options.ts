import type { ResetOptions } from '../../../protocol/episode.ts';
import { RemoteError } from '../../typescript/errors.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { describedBy, foreignOptions } from '../described.ts';
import { begin } from '../plays.ts';
import { type Subject, triedTasks } from '../subject.ts';

/** A name that no option has. */
const INVENTED = 'no_such_option';

export const OPTIONS: Check = {
  name: 'options',
  shows:
    'options are described, listed values are accepted, and anything else is refused by the name of the option',
  async run(subject) {
    const described = await describedBy(subject);
    for (const { name, description, values, wrong } of described.options) {
      ensure(
        description !== '',
        `the option \`${name}\` is not described`,
        'describe it in the schema of the options',
      );
      await refused(subject, name, wrong, 'a value of the wrong kind');
      if (values === null) continue;
      await refused(subject, name, 'no-such-value', 'a value that is not listed');
      await taken(subject, name, values);
    }
    for (const { name, example } of await foreignOptions(subject, described)) {
      await refused(subject, name, example, 'it does not describe it');
    }
    await refused(subject, INVENTED, 1, 'there is no such option');
  },
};

/** At least one listed value is accepted. A dataset may have only some, and refuses the others by the option's name. */
async function taken(subject: Subject, name: string, values: readonly unknown[]): Promise<void> {
  const answers: (RemoteError | null)[] = [];
  for (const value of values) answers.push(await answerTo(subject, { [name]: value }));
  const refusals = answers.filter((answer) => answer?.error === 'invalid_params');
  const nameless = refusals.find((refusal) => !names(refusal, name));
  ensure(
    nameless === undefined,
    `a listed value of the option \`${name}\` is refused without its name: ${nameless?.message}`,
    'refuse it with an issue that names the option',
  );
  ensure(
    refusals.length < values.length,
    `the option \`${name}\` refuses every value that it lists: ${values.join(', ')}`,
    'list the values that it takes',
  );
}

function names(refusal: RemoteError | null, option: string): boolean {
  return refusal?.issues.some(({ field }) => field.split('.')[0] === option) ?? false;
}

async function refused(subject: Subject, name: string, value: unknown, because: string): Promise<void> {
  const answer = await answerTo(subject, { [name]: value });
  const asked = `the option \`${name}\` with ${JSON.stringify(value)} (${because})`;
  ensure(answer !== null, `${asked} is accepted`, 'refuse what the environment does not have');
  ensure(
    answer.error === 'invalid_params' && names(answer, name),
    `${asked} gets ${answer.error}: ${answer.message}`,
    'refuse it with `invalid_params` and an issue that names the option',
  );
}

/** The error of a reset with these options; `null` if an episode begins. */
async function answerTo(
  subject: Subject,
  more: Readonly<Record<string, unknown>>,
): Promise<RemoteError | null> {
  try {
    const task = 'task' in more || 'dataset' in more ? null : triedTasks(subject)[0];
    const episode = await begin(subject, task, more as ResetOptions);
    await episode.close();
    return null;
  } catch (error) {
    if (error instanceof RemoteError) return error;
    throw error;
  }
}
