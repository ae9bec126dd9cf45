import type { Sandbox, SandboxSource } from '../../docker/sandbox.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { PlayableDataset } from '../dataset-store.ts';
import type { EnvironmentEpisode, EpisodeDefaults } from '../environment.ts';
import type { GoldCache } from '../gold-cache.ts';
import { type Plan, PlayedEnvironment, type Start } from '../played-environment.ts';
import { IntercodeEpisode } from './intercode-episode.ts';
import { cleanRoot, intercodeGoldSource } from './intercode-gold.ts';
import { NativeEpisode } from './native-episode.ts';
import { nativeGold } from './native-gold.ts';
import type { BashTaskRecord } from './task.ts';
import { placeTask } from './task-placement.ts';

type BashDataset = PlayableDataset<BashTaskRecord>;

export interface BashEnvironmentParts {
  readonly sandboxes: SandboxSource;
  readonly defaults: EpisodeDefaults;
  /** The first is the one that a reset without a dataset means. */
  readonly datasets: readonly [BashDataset, ...BashDataset[]];
  readonly goldCache: GoldCache;
  /** Markdown for OpenEnv's `metadata`. */
  readonly readme: string;
}

const DESCRIPTION =
  'Bash tasks in a container of their own, graded by what was printed and which files changed.';

/** `bash-v1`: tasks for a shell. */
export class BashEnvironment extends PlayedEnvironment<BashDataset> {
  readonly #parts: BashEnvironmentParts;

  constructor(parts: BashEnvironmentParts) {
    const { sandboxes, datasets, readme } = parts;
    const images = datasets.flatMap(({ definition }) => definition ?? []);
    const defaultImage = datasets[0].image;
    super(sandboxes, { id: 'bash-v1', description: DESCRIPTION, readme, datasets, images, defaultImage });
    this.#parts = parts;
  }

  protected plan(start: Start<BashDataset>): Plan {
    const { dataset, record, options } = start;
    const begin = async (sandbox: Sandbox) => {
      const intercode = options.semantics === 'intercode';
      if (intercode && gitAtRoot(dataset)) refuseWithoutLayers(sandbox);
      const placedInMs = await placeTask(sandbox, record);
      if (!intercode) return this.#native(start, sandbox, placedInMs);
      if (gitAtRoot(dataset)) await cleanRoot(sandbox);
      return this.#intercode(start, sandbox, placedInMs);
    };
    const gold = nativeGold(this.#gold(start));
    return {
      image: dataset.image,
      begin,
      try: async (image) => (await gold(image)).ungradable,
    };
  }

  #gold({ dataset, record }: Start<BashDataset>) {
    const { sandboxes, goldCache: cache } = this.#parts;
    return { sandboxes, cache, dataset: dataset.name, record };
  }

  #maxOutputBytes({ options }: Start<BashDataset>): number {
    return options.max_output_bytes ?? this.#parts.defaults.maxOutputBytes;
  }

  #native(start: Start<BashDataset>, sandbox: Sandbox, placedInMs: number): EnvironmentEpisode {
    const { idle_timeout_ms: idleTimeoutMs } = start.options;
    return new NativeEpisode({
      task: start.task,
      sandbox,
      gold: nativeGold(this.#gold(start)),
      defaults: { ...this.#parts.defaults, maxOutputBytes: this.#maxOutputBytes(start) },
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      placedInMs,
    });
  }

  #intercode(start: Start<BashDataset>, sandbox: Sandbox, placedInMs: number): EnvironmentEpisode {
    const asked = { gitAtRoot: gitAtRoot(start.dataset) };
    return new IntercodeEpisode({
      task: start.task,
      sandbox,
      gold: intercodeGoldSource({ ...this.#gold(start), ...asked }),
      ...asked,
      workdir: start.record.cwd ?? '/',
      maxOutputBytes: this.#maxOutputBytes(start),
      placedInMs,
    });
  }
}

function gitAtRoot({ definition }: BashDataset): boolean {
  return definition?.gitAtRoot ?? false;
}

/** No grade of such an episode could ever be computed. */
function refuseWithoutLayers({ isolation }: Sandbox): void {
  if (isolation === 'layer') return;
  throw new ProtocolError(
    'unsupported',
    'InterCode semantics over a repository need sandboxes with layer isolation, which this engine does not have.',
  );
}
