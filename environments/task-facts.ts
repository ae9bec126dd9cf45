import { BUILT_IN as BASH_BUILT_IN } from './bash/tasks/built-in.ts';
import { loadDatasets } from './dataset-store.ts';
import { BUILT_IN as PYTHON_BUILT_IN } from './python/tasks/built-in.ts';
import { BUILT_IN as SQL_BUILT_IN } from './sql/tasks/built-in.ts';

/** What a cheat may know of a task that an agent could guess or learn, and no more: never its own gold. */
export interface TaskFacts {
  readonly id: string;
  readonly index: number;
  /** Python: the names that tests may ask for, as the gold defines them, the entry first. Empty elsewhere. */
  readonly names: readonly string[];
  /** The gold of another task of the dataset, where there is one with another gold. */
  readonly anotherGold: string | null;
}

export interface WantedFacts {
  /** State folder. */
  readonly home: string;
  /** More datasets beside the imported ones, by name. */
  readonly added: Readonly<Record<string, string>>;
  readonly environment: string;
  /** @default the built-in one */
  readonly dataset: string | undefined;
  /** Text of a task that has one for each. @default sqlite */
  readonly dialect: 'sqlite' | 'mysql' | undefined;
}

/** A text of a record: one, commands to be joined, or one for each dialect. */
export type RecordText = string | readonly string[] | Readonly<Record<'sqlite' | 'mysql', string>>;

/** A record, whichever environment it is for. */
export interface AnyRecord {
  readonly id: string;
  readonly gold: RecordText;
  readonly entry?: string | undefined;
  readonly wrong?: readonly RecordText[] | undefined;
  readonly cheats?: readonly string[] | undefined;
}

const BUILT_IN: Readonly<Record<string, { readonly name: string; readonly tasks: readonly AnyRecord[] }>> = {
  'bash-v1': BASH_BUILT_IN,
  'sql-v1': SQL_BUILT_IN,
  'python-v1': PYTHON_BUILT_IN,
};

const DEFINITION = /^(?:async\s+)?(?:def|class)\s+([\p{L}_][\p{L}\p{N}_]*)/gmu;
const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * Facts of every task of a dataset, in its order.
 * @returns `null` where the environment has no such dataset
 * @throws {DatasetError} for a record that is malformed
 */
export async function taskFacts(wanted: WantedFacts): Promise<TaskFacts[] | null> {
  const { environment, dialect = 'sqlite' } = wanted;
  const records = await recordsOf(wanted);
  if (records === null) return null;
  const golds = records.map(({ gold }) => goldText(gold, dialect));
  return records.map(({ id, entry }, index) => ({
    id,
    index,
    names: environment === 'python-v1' ? namesOf(golds[index] ?? '', entry) : [],
    anotherGold: anotherOf(golds, index),
  }));
}

/** The records of a dataset; `null` where the environment has no such dataset. @throws {DatasetError} */
export async function recordsOf(wanted: Omit<WantedFacts, 'dialect'>): Promise<readonly AnyRecord[] | null> {
  const { home, added, environment, dataset } = wanted;
  const builtIn = BUILT_IN[environment];
  if (builtIn === undefined) return null;
  const loaded = await loadDatasets(home, added);
  const known = [builtIn, ...loaded.filter((one) => one.environment === environment)];
  return known.find(({ name }) => name === (dataset ?? builtIn.name))?.tasks ?? null;
}

function goldText(gold: RecordText, dialect: 'sqlite' | 'mysql'): string {
  if (typeof gold === 'string') return gold;
  return 'sqlite' in gold ? gold[dialect] : gold.join('\n');
}

function namesOf(gold: string, entry: string | undefined): string[] {
  const defined = [...gold.matchAll(DEFINITION)].flatMap(([, name]) => (name === undefined ? [] : [name]));
  const called = entry !== undefined && IDENTIFIER.test(entry) ? [entry] : [];
  return [...new Set([...called, ...defined])];
}

/** The next gold that differs. Neighbours are often the same question in other words, so that it begins half-way round. */
function anotherOf(golds: readonly string[], index: number): string | null {
  const half = Math.floor(golds.length / 2);
  for (let step = 0; step < golds.length; step += 1) {
    const other = golds[(index + half + step) % golds.length];
    if (other !== undefined && other !== golds[index]) return other;
  }
  return null;
}
