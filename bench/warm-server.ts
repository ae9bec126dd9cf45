import { StepwellClient } from '../clients/typescript/client.ts';
import { startServerProcess } from './server-process.ts';

/** Building images is not part of it. */
const WARM_WITHIN_MS = 300_000;

export interface WarmServer extends AsyncDisposable {
  readonly client: StepwellClient;
  /** The line it printed when it was ready. */
  readonly ready: string;
  /** Wait until all sandboxes are ready again. */
  warm(): Promise<void>;
}

/** A server in a process of its own that has so many sandboxes ready, and a client of it. */
export async function startWarmServer(flags: readonly string[], sandboxes: number): Promise<WarmServer> {
  // Thousands of episodes that nobody looks at again.
  const server = await startServerProcess(['--trajectories=none', ...flags]);
  const warm = () => fullyWarm(server.url, sandboxes);
  try {
    await warm();
    const client = await StepwellClient.connect(server.url);
    return {
      client,
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

/** Wait until every sandbox is warm; `/readyz` answers before that. */
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
