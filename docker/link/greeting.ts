import { withDeadline } from '../deadline.ts';
import type { Container } from '../engine.ts';
import { SandboxError } from '../errors.ts';
import type { RunnerChannel } from './channel.ts';
import type { Hello } from './replies.ts';

/** How long a failed start waits for the engine to say why the container ended, in milliseconds. */
const EXIT_REASON_MS = 1_000;

/**
 * Wait until the runner of a new container is ready, and return its hello. From now on the channel ends with the container.
 * @throws {SandboxError} `start_failed` if the container ended or its runner's isolation is not the container's;
 * else the error of the channel
 */
export async function greeted(container: Container, channel: RunnerChannel): Promise<Hello> {
  container.exited.then(({ reason }) => channel.close('died', `The container ended: ${reason}`));
  const hello = await channel.ready.catch(async (error: unknown) => {
    throw await explained(container, error);
  });
  if (hello.isolation === container.isolation) return hello;
  const message = `The runner isolates by "${hello.isolation}" in a container made for "${container.isolation}".`;
  throw new SandboxError('start_failed', message);
}

/** The engine knows better than the stream why a container ended, but may report it a little later. */
async function explained(container: Container, error: unknown): Promise<unknown> {
  const exit = await withDeadline(container.exited, EXIT_REASON_MS, () => null);
  return exit === null ? error : new SandboxError('start_failed', exit.reason, { cause: error });
}
