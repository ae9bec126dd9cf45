import type { ExportFormat, TrajectoryFilter, TrajectorySummary } from '../../../protocol/operator.ts';
import type { TrajectoryStore } from '../store.ts';
import { atif } from './atif.ts';
import { conversation, factsOf } from './chat.ts';
import { testMatrix } from './matrix.ts';
import { pairsOf, preference } from './pairs.ts';
import { type Recording, readRecording } from './recording.ts';
import { CSV_HEADER, csvLine, parquetFile } from './table.ts';

/** Maximum bytes of trajectories that one Parquet file is made from: it is made in memory. */
const MOST_PARQUET = 1024 * 1024 * 1024;

type Chunks = AsyncGenerator<string | Buffer>;
type Writer = (store: TrajectoryStore, filter: TrajectoryFilter) => Chunks;

/** Formats of an export: what a file is called, and how it is written. */
export const FORMATS: Readonly<Record<ExportFormat, { readonly extension: string; readonly type: string }>> =
  {
    sft: { extension: 'jsonl', type: 'application/jsonl' },
    dpo: { extension: 'jsonl', type: 'application/jsonl' },
    matrix: { extension: 'jsonl', type: 'application/jsonl' },
    atif: { extension: 'jsonl', type: 'application/jsonl' },
    parquet: { extension: 'parquet', type: 'application/vnd.apache.parquet' },
    csv: { extension: 'csv', type: 'text/csv; charset=utf-8' },
  };

const WRITERS: Readonly<Record<ExportFormat, Writer>> = {
  async *sft(store, filter) {
    for await (const recording of recordings(store, filter)) {
      // A failure says nothing about the agent, and a conversation needs an action.
      if (recording.summary.failure !== null || recording.steps.length === 0) continue;
      yield line({ messages: conversation(recording), ...factsOf(recording) });
    }
  },
  async *dpo(store, filter) {
    for (const { better, worse } of pairsOf(await all(store, filter))) {
      const [chosen, rejected] = [await read(store, better), await read(store, worse)];
      yield line(preference({ better: chosen, worse: rejected }));
    }
  },
  async *matrix(store, filter) {
    const tasks = new Map<string, TrajectorySummary[]>();
    for (const summary of await all(store, filter)) {
      const key = JSON.stringify([summary.environment, summary.dataset, summary.task]);
      tasks.set(key, [...(tasks.get(key) ?? []), summary]);
    }
    for (const summaries of tasks.values()) {
      const matrix = testMatrix(await Promise.all(summaries.map((summary) => read(store, summary))));
      if (matrix !== null) yield line(matrix);
    }
  },
  async *atif(store, filter) {
    for await (const recording of recordings(store, filter)) yield line(atif(recording));
  },
  async *parquet(store, filter) {
    const found: Recording[] = [];
    let bytes = 0;
    for await (const recording of recordings(store, filter)) {
      bytes += recording.summary.bytes;
      if (bytes > MOST_PARQUET)
        throw new Error('more than 1 GiB of trajectories in one Parquet file: filter by time');
      found.push(recording);
    }
    yield parquetFile(found);
  },
  async *csv(store, filter) {
    yield CSV_HEADER;
    for await (const summary of store.each(filter)) yield csvLine(summary);
  },
};

/** The pieces of an export, in their order. @throws {Error} if a trajectory cannot be read */
export function exported(format: ExportFormat, store: TrajectoryStore, filter: TrajectoryFilter): Chunks {
  return WRITERS[format](store, filter);
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function read(store: TrajectoryStore, summary: TrajectorySummary): Promise<Recording> {
  return readRecording(store.pathOf(summary), summary);
}

async function* recordings(store: TrajectoryStore, filter: TrajectoryFilter): AsyncGenerator<Recording> {
  for await (const summary of store.each(filter)) yield await read(store, summary);
}

async function all(store: TrajectoryStore, filter: TrajectoryFilter): Promise<TrajectorySummary[]> {
  const found: TrajectorySummary[] = [];
  for await (const summary of store.each(filter)) found.push(summary);
  return found;
}
