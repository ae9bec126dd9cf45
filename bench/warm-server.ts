import { StepwellClient } from '../clients/typescript/client.ts';
import { startServerProcess } from './server-process.ts';

/** Maximum time until all sandboxes are ready, without image builds, in milliseconds. */
const WARM_WITHIN_MS = 300_000;

export interface WarmServer extends AsyncDisposable {
  readonly client: StepwellClient;
  readonly url: string;
  readonly pid: number;
  /** The line that it printed when it was ready. */
  readonly ready: string;
  /** Wait until all sandboxes are ready again. */
  warm(): Promise<void>;
}

/** Start a server in a process of its own, wait until this many sandboxes are ready, and connect a client. */
export async function startWarmServer(
  flags: readonly string[],
  sandboxes: number,
  env: Readonly<Record<string, string>> = {},
): Promise<WarmServer> {
  // Thousands of episodes: their trajectories are of no use.
  const server = await startServerProcess(['--trajectories=none', ...flags], env);
  const warm = () => fullyWarm(server.url, sandboxes);
  try {
    await warm();
    const client = await StepwellClient.connect(server.url);
    return {
      client,
      url: server.url,
      pid: server.pid,
      warm,
      ready: server.ready,
      async [Symbol.asyncDispose]() {
        await client.close();
        await server[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Wait until every sandbox is ready. `/readyz` does not wait for all of them. */
async function fullyWarm(url: string, count: number): Promise<void> {
  const end = performance.now() + WARM_WITHIN_MS;
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const lines = metrics.matchAll(/^stepwell_sandboxes\{[^}]*state="ready"[^}]*\} (\d+)$/gm);
    const ready = [...lines].reduce((sum, [, number]) => sum + Number(number), 0);
    if (ready >= count) return;
    if (performance.now() > end)
      throw new Error(`after ${WARM_WITHIN_MS / 1000} s only ${ready} of ${count} sandboxes are ready`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
