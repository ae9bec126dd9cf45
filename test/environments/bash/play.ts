import { bash } from '../../../environments/bash/definition.ts';
import type { BashTaskRecord } from '../../../environments/bash/task.ts';
import type { Environment } from '../../../environments/environment.ts';
import { GoldCache } from '../../../environments/gold-cache.ts';
import type { PlayableDataset } from '../../../environments/playable-dataset.ts';
import { PlayedEnvironment } from '../../../environments/played-environment.ts';
import { FakeSource, type Script } from '../fake-sandbox.ts';

/** A task whose gold is `gold command`. */
export const record = (id: string, more: Partial<BashTaskRecord> = {}): BashTaskRecord => ({
  id,
  instruction: `Do ${id}.`,
  gold: 'gold command',
  ...more,
});

export const DEFAULTS = { stepTimeoutMs: 5000, maxOutputBytes: 65_536 };

export interface EnvironmentShape {
  /** `/` of the first dataset's image is a repository. @default false */
  readonly git?: boolean;
  /** All its tasks are known to be gradable. @default true */
  readonly checked?: boolean;
}

/** An environment with the tasks as its first dataset and one of the name `other`. */
export function environmentOf(
  tasks: BashTaskRecord[],
  source: FakeSource = new FakeSource(),
  { git = false, checked = true }: EnvironmentShape = {},
) {
  const definition = { name: 'repo', from: 'bash', gitAtRoot: true };
  const dataset: PlayableDataset<BashTaskRecord> = {
    name: 'first',
    image: git ? 'repo' : 'bash',
    definition: git ? definition : null,
    checked,
    tasks,
  };
  const other: PlayableDataset<BashTaskRecord> = {
    name: 'other',
    image: 'bash',
    definition: null,
    tasks: [record('x')],
  };
  const environment = new PlayedEnvironment(bash, {
    sandboxes: source,
    defaults: DEFAULTS,
    datasets: [dataset, other],
    goldCache: new GoldCache(),
  });
  return { environment, source };
}

/** An episode of one task, with the sandbox that it plays in. */
export async function play(
  task: BashTaskRecord,
  options: Parameters<Environment['choose']>[0],
  scripts: { episode?: Script; gold?: Script } & EnvironmentShape = {},
) {
  const source = new FakeSource(scripts.episode, scripts.gold);
  const { environment } = environmentOf([task], source, scripts);
  const episode = await environment.choose(options, 0).begin();
  const [sandbox] = source.of('episode');
  if (sandbox === undefined) throw new Error('no sandbox was taken');
  return { environment, episode, sandbox, source };
}
