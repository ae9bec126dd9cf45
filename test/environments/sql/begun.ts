import { GoldCache } from '../../../environments/gold-cache.ts';
import { PlayedEnvironment } from '../../../environments/played-environment.ts';
import { sql } from '../../../environments/sql/definition.ts';
import type { SqlTaskRecord } from '../../../environments/sql/task.ts';
import type { ResetOptions } from '../../../protocol/episode.ts';
import { type Answers, FakeDriverSource } from './fake-driver.ts';

export const DEFAULTS = { stepTimeoutMs: 5000, maxOutputBytes: 65_536 };
const MINE: SqlTaskRecord = {
  id: 'mine-0',
  instruction: 'How many?',
  database: 'pets',
  gold: 'SELECT COUNT(*) FROM pet',
  published_gold: 'SELECT COUNT(*) FROM pet AS published',
  evidence: 'A pet is an animal.',
};

/** `sql-v1` over drivers that answer so, with datasets `mine` and `Plain` beside the built-in tasks. */
export function environmentOf(
  episode: Answers = {},
  grading: Answers = {},
  defaults: Partial<typeof DEFAULTS> = {},
) {
  const source = new FakeDriverSource({ episode, grading });
  const definition = { name: 'mine', from: 'sql' };
  const environment = new PlayedEnvironment(sql, {
    sandboxes: source,
    defaults: { ...DEFAULTS, ...defaults },
    datasets: [
      sql.builtIn,
      sql.served({ name: 'mine', image: 'mine', definition, tasks: [MINE], dialect: 'mysql' }),
      sql.served({ name: 'Plain', image: 'python', definition: null, tasks: [{ ...MINE, tables: ['pet'] }] }),
    ],
    goldCache: new GoldCache({ confirmAfterMs: 0 }),
  });
  return { environment, source };
}

/** An episode that began in it. */
export async function begun(
  options: ResetOptions,
  episode: Answers = {},
  grading: Answers = {},
  defaults: Partial<typeof DEFAULTS> = {},
) {
  const { environment, source } = environmentOf(episode, grading, defaults);
  const play = await environment.choose(options, 0).begin();
  const [sandbox] = source.of('episode');
  if (sandbox === undefined) throw new Error('no sandbox was taken');
  return { play, sandbox, source };
}
