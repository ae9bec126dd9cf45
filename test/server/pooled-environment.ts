import { SandboxPool } from '../../docker/pool/pool.ts';
import type { SandboxWait } from '../../docker/sandbox.ts';
import type { ChosenTask, EnvironmentEpisode, Task } from '../../environments/environment.ts';
import type { ResetOptions } from '../../protocol/episode.ts';
import { FakeEngine } from '../docker/fake-engine.ts';
import { FakeEnvironment } from './fake-environment.ts';

/** A fake environment whose episodes wait for sandboxes of a pool over a fake engine. */
export class PooledEnvironment extends FakeEnvironment {
  readonly pool: SandboxPool;

  /** @param sandboxes maximum number of them */
  constructor(sandboxes: number, id = 'fake-v1', pool?: SandboxPool) {
    super(id);
    this.pool =
      pool ??
      new SandboxPool(new FakeEngine(), { images: { bash: { warm: sandboxes } }, totalMax: sandboxes });
    this.pool.start();
  }

  override choose(options: ResetOptions, seed: number): ChosenTask {
    const { task } = super.choose(options, seed);
    return { task, begin: (wait) => this.#begin(task, options, wait) };
  }

  async #begin(task: Task, options: ResetOptions, wait?: SandboxWait): Promise<EnvironmentEpisode> {
    const sandbox = await this.pool.acquire({
      ...wait,
      image: 'bash',
      purpose: 'episode',
      environment: this.id,
    });
    const play = await this.reset(task, options, wait?.signal);
    return { ...play, release: () => sandbox.release() };
  }
}
