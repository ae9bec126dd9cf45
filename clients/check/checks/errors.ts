import type { ErrorName } from '../../../protocol/errors.ts';
import type { Params } from '../../../protocol/methods.ts';
import { RemoteError } from '../../typescript/errors.ts';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { begin } from '../plays.ts';
import { triedTasks } from '../subject.ts';

const UNKNOWN = 'no-such-name';
const REMEDY = 'throw a `ProtocolError` of this name, whose message says what to correct';

export const ERRORS: Check = {
  name: 'errors',
  shows: 'an invalid request gets the error that the error table defines',
  async run(subject) {
    const { client, environment, dataset, options } = subject;
    const reset = { environment, dataset, ...options };
    const total = (await client.tasks({ environment, dataset, limit: 1 })).total;
    const wrong: [what: string, expected: ErrorName, params: Params<'episode/reset'>][] = [
      ['an unknown environment', 'environment_not_found', { ...reset, environment: UNKNOWN }],
      ['an unknown dataset', 'dataset_not_found', { ...reset, dataset: UNKNOWN }],
      ['an unknown task', 'task_not_found', { ...reset, task: UNKNOWN }],
      ['an index after the last task', 'task_not_found', { ...reset, task: total }],
    ];
    for (const [what, expected, params] of wrong) {
      await fails(what, expected, async () => (await client.reset(params)).close());
    }
    const list = () => client.tasks({ environment, dataset: UNKNOWN });
    await fails('a list of the tasks of an unknown dataset', 'dataset_not_found', list);
    const [task] = triedTasks(subject);
    await using episode = await begin(subject, task);
    const { reward, terminated, truncated } = await episode.skip();
    ensure(
      reward === 0 && terminated && !truncated,
      `a skip has reward ${reward}, terminated ${terminated}, truncated ${truncated}`,
      'leave skips to the server',
    );
    await fails('a step after the end', 'episode_over', () => episode.submit());
  },
};

async function fails(what: string, expected: ErrorName, ask: () => Promise<unknown>): Promise<void> {
  let answer = 'no error';
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    if (error.error === expected) return;
    answer = `${error.error}: ${error.message}`;
  }
  ensure(false, `${what} gets ${answer}, not ${expected}`, REMEDY);
}
