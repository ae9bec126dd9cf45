import type { DatasetGolds } from '../../environments/golds.ts';
import type { OnProgress } from '../../environments/import/intercode.ts';
import type { Ungradable, UngradableKind } from '../../protocol/environment.ts';
import { openTarget, type TargetFlags } from './target.ts';
import { type Trial, tryTask } from './task-trial.ts';
import type { Terminal } from './terminal.ts';

/** Result of the check of a dataset. */
export interface CheckedDataset {
  readonly environment: string;
  readonly dataset: string;
  readonly tasks: number;
  /** Engine that played the tasks. */
  readonly engine: string;
  /** Tasks that cannot be graded. */
  readonly marks: readonly { readonly id: string; readonly ungradable: Ungradable }[];
  /** Tasks that could not be tried because of a fault. */
  readonly faults: readonly { readonly id: string; readonly fault: string }[];
}

/** Number of tasks to try at a time. */
const WIDTH = 8;
/** Maximum number of tasks to name. */
const MOST_NAMED = 20;
const WORDS: Readonly<Record<UngradableKind, string>> = {
  no_op_wins: 'no-op wins',
  gold_fails: 'gold fails',
  gold_never_ends: 'gold never ends',
  cannot_begin: 'cannot begin',
};

/**
 * Try every task of some datasets on a server that this starts, a few at a time. A task takes two short episodes, and a
 * gold that never ends is cut, so that the time is bounded.
 */
export async function checkDatasets(
  terminal: Terminal,
  flags: Pick<TargetFlags, 'runtime'>,
  datasets: readonly DatasetGolds[],
  onProgress: OnProgress = () => {},
): Promise<CheckedDataset[]> {
  // These episodes need no record.
  const env = { ...terminal.env, STEPWELL_TRAJECTORIES: 'none' };
  await using target = await openTarget({ ...terminal, env }, flags, []);
  const { client } = target;
  const all = datasets.reduce((sum, { golds }) => sum + golds.length, 0);
  let done = 0;
  const checked: CheckedDataset[] = [];
  for (const { environment, dataset, golds } of datasets) {
    onProgress(`trying ${dataset}`, done / all);
    const trials = new Map<string, Trial>();
    const queue = golds.values();
    let engine = '';
    const work = async (): Promise<void> => {
      for (const { id, index, code, as } of queue) {
        trials.set(id, await tryTask(client, { environment, dataset, index, gold: code, as }));
        done += 1;
        onProgress(`trying ${dataset}`, done / all);
      }
    };
    const first = golds[0];
    if (first !== undefined) engine = await engineOf(target, environment, dataset);
    await Promise.all(Array.from({ length: WIDTH }, work));
    checked.push(summary({ environment, dataset, tasks: golds.length, engine }, golds, trials));
  }
  return checked;
}

/** Name of the engine that plays a dataset; its first episode also builds its image. */
async function engineOf(
  { client }: Awaited<ReturnType<typeof openTarget>>,
  environment: string,
  dataset: string,
): Promise<string> {
  try {
    await using episode = await client.reset({ environment, dataset, include_ungradable: true });
    return episode.info.engine;
  } catch {
    // Every task will report the same fault.
    return 'unknown';
  }
}

function summary(
  about: Pick<CheckedDataset, 'environment' | 'dataset' | 'tasks' | 'engine'>,
  golds: DatasetGolds['golds'],
  trials: ReadonlyMap<string, Trial>,
): CheckedDataset {
  const marks: { id: string; ungradable: Ungradable }[] = [];
  const faults: { id: string; fault: string }[] = [];
  for (const { id } of golds) {
    const { ungradable = null, fault = null } = trials.get(id) ?? {};
    if (ungradable !== null) marks.push({ id, ungradable });
    if (fault !== null) faults.push({ id, fault });
  }
  return { ...about, marks, faults };
}

/** The result of a check, as lines for a person. */
export function checkLines({ environment, dataset, tasks, marks, faults }: CheckedDataset): string[] {
  const kinds = Object.entries(WORDS) as [UngradableKind, string][];
  const counts = kinds.map(([kind, words]) => {
    const count = marks.filter(({ ungradable }) => ungradable.kind === kind).length;
    return kind === 'cannot_begin' && count === 0 ? [] : [`${count} ${words}`];
  });
  const gradable = tasks - marks.length - faults.length;
  const untried = faults.length === 0 ? [] : [`${faults.length} not tried`];
  const named = [
    ...marks.map(({ id, ungradable }) => `  ${id}: ${WORDS[ungradable.kind]}: ${ungradable.reason}`),
    ...faults.map(({ id, fault }) => `  ${id}: not tried: ${fault}`),
  ];
  const more = named.length - MOST_NAMED;
  return [
    `checked ${dataset} for ${environment}: ${[`${gradable} of ${tasks} gradable`, ...counts.flat(), ...untried].join(', ')}`,
    ...named.slice(0, MOST_NAMED),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
