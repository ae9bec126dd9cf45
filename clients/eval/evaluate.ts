import type { Params } from '../../protocol/methods.ts';
import type { StepwellClient } from '../typescript/client.ts';
import { TaskUngradableError } from '../typescript/errors.ts';
import type { Agent } from './agent.ts';
import { type AttemptResult, attempt } from './attempt.ts';
import type { RunFile } from './run-file.ts';

export interface EvaluateParts {
  readonly client: StepwellClient;
  readonly agent: Agent;
  /** Of each episode; the task is added. */
  readonly reset: Params<'episode/reset'>;
  readonly tasks: readonly { readonly id: string; readonly index: number }[];
  readonly samples: number;
  readonly concurrency: number;
  readonly maxTurns: number;
  readonly retries: number;
  readonly file: RunFile;
  /** Called with all results so far, when there is a new one. */
  readonly onResult: (results: readonly AttemptResult[], total: number) => void;
  /** Aborted to stop: attempts that run are finished. */
  readonly signal?: AbortSignal;
}

export interface Evaluated {
  /** In the order of tasks and samples. */
  readonly results: readonly AttemptResult[];
  /** Ids of tasks that cannot be graded. */
  readonly ungradable: readonly string[];
}

/**
 * Play an agent on every task, `samples` times each. Attempts that the file has are not made again.
 * @throws {RemoteError} for a wrong request
 */
export async function evaluate(parts: EvaluateParts): Promise<Evaluated> {
  const { file, samples, signal, tasks } = parts;
  const keyOf = (index: number, sample: number): string => `${index}/${sample}`;
  const done = new Map(file.done.map((result) => [keyOf(result.task_index, result.sample), result]));
  const all = tasks.flatMap((task) => Array.from({ length: samples }, (_, sample) => ({ task, sample })));
  const left = all.filter(({ task, sample }) => !done.has(keyOf(task.index, sample)));
  const ungradable = new Set<string>();
  const maxTurns = Math.min(parts.maxTurns, parts.agent.maxTurns ?? Number.POSITIVE_INFINITY);
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined && !signal?.aborted; next = left.shift()) {
      const { sample, task } = next;
      if (ungradable.has(task.id)) continue;
      try {
        const result = await attempt({ ...parts, task, sample, maxTurns });
        file.add(result);
        done.set(keyOf(task.index, sample), result);
        parts.onResult([...done.values()], all.length);
      } catch (error) {
        if (!(error instanceof TaskUngradableError)) {
          left.length = 0;
          throw error;
        }
        ungradable.add(task.id);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parts.concurrency, Math.max(1, left.length)) }, worker));
  const results = all.flatMap(({ task, sample }) => done.get(keyOf(task.index, sample)) ?? []);
  return { results, ungradable: [...ungradable] };
}
