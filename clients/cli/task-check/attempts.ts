import { MAX_TIMEOUT_MS } from '../../../protocol/action.ts';
import type { StepResult } from '../../../protocol/episode.ts';
import type { StepwellClient } from '../../typescript/client.ts';
import type { Episode } from '../../typescript/episode.ts';
import { StepwellError, TaskUngradableError } from '../../typescript/errors.ts';

/** The outcome of one episode. */
export interface Attempt {
  readonly reward: number | null;
  readonly components: Readonly<Record<string, number>>;
  readonly success: boolean;
  /** Time of each grade, in milliseconds. */
  readonly gradesMs: readonly number[];
  /** Why there is no reward, or why it is 0; `null` if nothing is known. */
  readonly reason: string | null;
}

/** How an episode is played. */
export interface AttemptOptions {
  readonly as: 'step' | 'answer';
  /** Deadline of the code, in milliseconds. */
  readonly deadlineMs: number;
}

/** A fault of the infrastructure, which another try may not meet. */
export class Fault extends Error {
  override readonly name = 'Fault';
}

/** A task has fewer parts than that. */
const MOST_PARTS = 100;

/** Plays attempts at one task. */
export class Attempts {
  readonly #client: StepwellClient;
  readonly #task: { readonly environment: string; readonly dataset: string; readonly index: number };

  constructor(
    client: StepwellClient,
    task: { readonly environment: string; readonly dataset: string; readonly index: number },
  ) {
    this.#client = client;
    this.#task = task;
  }

  /** Begin an episode, also of a task that is marked as ungradable. @throws {TaskUngradableError} @throws {Fault} */
  async begin(): Promise<Episode> {
    const { environment, dataset, index } = this.#task;
    const options = { reward: 'on_submit', include_ungradable: true } as const;
    return told(() => this.#client.reset({ environment, dataset, task: index, ...options }));
  }

  /**
   * Play some code, or nothing, and submit until the end.
   * @param code by parts of the task, each for one submit; nothing is played before the submits that are left
   * @throws {TaskUngradableError} @throws {Fault}
   */
  async play(code: readonly string[], options: AttemptOptions): Promise<Attempt> {
    const episode = await this.begin();
    return told(async () => {
      try {
        return await submitted(episode, code, options);
      } finally {
        await episode.close();
      }
    });
  }
}

async function submitted(
  episode: Episode,
  code: readonly string[],
  { as, deadlineMs }: AttemptOptions,
): Promise<Attempt> {
  const timeout_ms = Math.min(Math.ceil(deadlineMs), MAX_TIMEOUT_MS);
  const grades: StepResult[] = [];
  for (let part = 0; part < MOST_PARTS; part += 1) {
    const own = code[part];
    if (own !== undefined && as === 'step') {
      const step = await episode.step({ code: own, timeout_ms });
      if (step.failure !== null || step.truncated) return attemptOf([...grades, step]);
    }
    const result = await episode.submit(as === 'answer' ? own : undefined);
    grades.push(result);
    if (result.terminated || result.truncated || result.failure !== null) break;
  }
  return attemptOf(grades);
}

/** @throws {Fault} */
function attemptOf(results: readonly StepResult[]): Attempt {
  const last = results.at(-1);
  if (last === undefined) throw new Error('an episode without a result');
  if (last.failure !== null) throw new Fault(`${last.failure.code}: ${last.failure.message}`);
  const reasons = results.flatMap(({ info }) => [info.ungraded, info.no_reward]);
  return {
    reward: last.reward,
    components: last.info.reward_components ?? {},
    success: last.info.success === true,
    gradesMs: results.map(({ info }) => info.grade_ms ?? 0),
    reason: reasons.find((reason) => typeof reason === 'string') ?? null,
  };
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TaskUngradableError || !(error instanceof StepwellError)) throw error;
    throw new Fault(error.message, { cause: error });
  }
}
