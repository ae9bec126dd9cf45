import { expect } from 'vitest';
import type { Engine, Limits } from '../../../docker/engine.ts';
import { RunnerChannel } from '../../../docker/link/channel.ts';
import { greeted } from '../../../docker/link/greeting.ts';

/** Expect an engine to start no container whose layer cannot be made, and to say why. */
export async function expectNoLayer(engine: Engine, limits: Limits): Promise<void> {
  const tooFew = { ...limits, layerInodes: 1 };
  const container = await engine.start({ image: 'bash', limits: tooFew, network: 'none' });
  await expect(greeted(container, new RunnerChannel(container.stream))).rejects.toMatchObject({
    code: 'start_failed',
    message: expect.stringMatching(/no layer: OSError: .*No space left/),
  });
  await container.remove();
}
