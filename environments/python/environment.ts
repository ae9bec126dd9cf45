import { SandboxError } from '../../docker/errors.ts';
import type { Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import type { PlayableDataset } from '../dataset-store.ts';
import type { EpisodeDefaults } from '../environment.ts';
import { decodeText } from '../output-text.ts';
import { type Plan, PlayedEnvironment, type Start } from '../played-environment.ts';
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
export class PythonEnvironment extends PlayedEnvironment<PythonDataset> {
  readonly #defaults: EpisodeDefaults;
  readonly #judge: PythonJudge;
  readonly #goldUsage: GoldUsage;

  constructor({ sandboxes, defaults, datasets, readme }: PythonEnvironmentParts) {
    const images = datasets.flatMap(({ definition }) => definition ?? []);
    const defaultImage = datasets[0].image;
    super(sandboxes, { id: 'python-v1', description: DESCRIPTION, readme, datasets, images, defaultImage });
    this.#defaults = defaults;
    this.#judge = new PythonJudge(sandboxes);
    this.#goldUsage = new GoldUsage(this.#judge);
  }

  protected plan({ task, dataset, record, options }: Start<PythonDataset>): Plan {
    const defaults = {
      ...this.#defaults,
      maxOutputBytes: options.max_output_bytes ?? this.#defaults.maxOutputBytes,
    };
    const rewards = new Rewards({
      judge: this.#judge,
      goldUsage: this.#goldUsage,
      dataset: dataset.name,
      record,
      options,
    });
    const begin = async (sandbox: Sandbox) => {
      const placedInMs = await runSetup(sandbox, record);
      const parts = { task, sandbox, record, rewards, placedInMs, defaults };
      if (options.semantics === 'intercode') return new IntercodeEpisode(parts);
      const { idle_timeout_ms: idleTimeoutMs } = options;
      return new NativeEpisode({ ...parts, ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }) });
    };
    return { image: dataset.image, begin };
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
