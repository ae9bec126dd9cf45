import { SandboxError } from '../../docker/errors.ts';
import type { ImageDefinition, Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import type { EnvironmentInfo } from '../../protocol/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import type { PlayableDataset } from '../dataset-store.ts';
import type { Environment, EnvironmentEpisode, EpisodeDefaults, Task } from '../environment.ts';
import { decodeText } from '../output-text.ts';
import { TaskCatalog } from '../task-catalog.ts';
import { GoldUsage } from './efficiency.ts';
import { IntercodeEpisode } from './intercode-episode.ts';
import { PythonJudge } from './judge.ts';
import { NativeEpisode } from './native-episode.ts';
import { Rewards } from './rewards.ts';
import type { PythonTaskRecord } from './task.ts';

type PythonDataset = PlayableDataset<PythonTaskRecord>;

export interface PythonEnvironmentParts {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [PythonDataset, ...PythonDataset[]];
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
}

const DESCRIPTION = 'Python tasks in an interpreter of their own, graded by tests in another one.';
const SETUP = { timeoutMs: 60_000, maxOutputBytes: 16_384 } as const;

/** `python-v1`: tasks for a Python interpreter. */
export class PythonEnvironment implements Environment {
  readonly id = 'python-v1';
  readonly info: EnvironmentInfo;
  readonly images: readonly ImageDefinition[];
  readonly defaultImage: string;
  readonly readme: string;
  readonly #sandboxes: SandboxSource;
  readonly #defaults: EpisodeDefaults;
  readonly #catalog: TaskCatalog<PythonDataset>;
  readonly #judge: PythonJudge;
  readonly #goldUsage: GoldUsage;

  constructor(parts: PythonEnvironmentParts) {
    const { datasets } = parts;
    this.#sandboxes = parts.sandboxes;
    this.#defaults = parts.defaults;
    this.#catalog = new TaskCatalog(this.id, datasets);
    this.#judge = new PythonJudge(parts.sandboxes);
    this.#goldUsage = new GoldUsage(this.#judge);
    this.defaultImage = datasets[0].image;
    this.images = datasets.flatMap(({ definition }) => definition ?? []);
    this.readme = parts.readme;
    this.info = {
      id: this.id,
      description: DESCRIPTION,
      semantics: ['native', 'intercode'],
      datasets: this.#catalog.info,
    };
  }

  tasks(dataset: string | undefined, split: string | undefined): readonly Task[] {
    return this.#catalog.tasks(dataset, split);
  }

  choose(options: ResetOptions, seed: number): Task {
    return this.#catalog.choose(options, seed);
  }

  async reset(task: Task, options: ResetOptions, signal?: AbortSignal): Promise<EnvironmentEpisode> {
    const { dataset, record } = this.#catalog.record(task);
    const sandbox = await this.#sandboxes.acquire({
      image: dataset.image,
      purpose: 'episode',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      const placedInMs = await runSetup(sandbox, record);
      return this.#episode(task, options, sandbox, placedInMs);
    } catch (error) {
      await sandbox.release();
      throw error;
    }
  }

  #episode(task: Task, options: ResetOptions, sandbox: Sandbox, placedInMs: number): EnvironmentEpisode {
    const { dataset, record } = this.#catalog.record(task);
    const maxOutputBytes = options.max_output_bytes ?? this.#defaults.maxOutputBytes;
    const rewards = new Rewards({
      judge: this.#judge,
      goldUsage: this.#goldUsage,
      dataset: dataset.name,
      record,
      options,
    });
    const parts = { task, sandbox, record, rewards, placedInMs };
    const defaults = { ...this.#defaults, maxOutputBytes };
    if (options.semantics === 'intercode') return new IntercodeEpisode({ ...parts, defaults });
    return new NativeEpisode({
      ...parts,
      defaults,
      ...(options.idle_timeout_ms === undefined ? {} : { idleTimeoutMs: options.idle_timeout_ms }),
    });
  }
}

/** @returns time in the sandbox, in milliseconds */
async function runSetup(sandbox: Sandbox, { id, setup }: PythonTaskRecord): Promise<number> {
  if (setup === undefined || setup.trim() === '') return 0;
  const result = await sandbox.run({ code: setup, ...SETUP });
  if (result.exitCode === 0 && !result.timedOut) return result.durationMs;
  const said = decodeText(result.output).trim();
  throw new SandboxError('runner_fault', `The setup of task ${id} ended with ${result.exitCode}: ${said}`);
}
