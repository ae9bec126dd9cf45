import type { Container, Limits } from './engine.ts';
import { greeted } from './greeting.ts';
import { RunnerChannel } from './runner-channel.ts';

/** Limits of a container that an engine only tries out. */
export const trialLimits: Limits = {
  memoryBytes: 2 ** 28,
  cpus: 1,
  pids: 128,
  layerBytes: 2 ** 24,
  layerInodes: 4096,
};

/**
 * Use a container for all that an episode needs of it: its session, and a program beside that. It is of no further use.
 * @throws {Error} what does not work
 */
export async function tryOut(container: Container, timeoutMs: number): Promise<void> {
  const channel = new RunnerChannel(container.stream);
  const late = () => channel.close('unresponsive', `It was not ready within ${timeoutMs} ms.`);
  const timer = setTimeout(late, timeoutMs);
  try {
    await greeted(container, channel);
    const program = { argv: ['/bin/true'], cwd: '/', env: {}, timeout_ms: timeoutMs, max_output: 1024 };
    const { header, payload } = await channel.request('exec', program);
    if (header.exit_code !== 0) throw new Error(`no program starts beside its session: ${payload}`);
  } finally {
    clearTimeout(timer);
  }
}
