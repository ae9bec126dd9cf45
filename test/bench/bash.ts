import { readFileSync } from 'node:fs';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { type Percentiles, percentiles, rate, timed } from './figures.ts';
import { startServerProcess } from './server-process.ts';

export interface BashFigures {
  readonly server: string;
  /** One episode, one `echo` after the other, round trip. */
  readonly step_ms: Percentiles;
  /** 32 episodes over one socket. */
  readonly steps_per_s: number;
  /** `episode/reset` with a warm sandbox free, round trip. */
  readonly reset_ms: Percentiles;
  /** reset, one step, graded submit; 32 at a time over 32 sandboxes. */
  readonly episodes_per_s: number;
  readonly episodes_seconds: number;
  /** Memory that the machine lost to each warm sandbox, in MiB. */
  readonly memory_mib: number;
  readonly failures: number;
}

export interface BashOptions {
  readonly runtime: string;
  readonly lanes: number;
  readonly seconds: number;
  /** Time of the sustained run of graded episodes. */
  readonly sustained: number;
}

const ENVIRONMENT = 'bash-v1';

/** Every figure of `bash-v1`, through the WebSocket, with the server in a process of its own. */
export async function measureBash(options: BashOptions): Promise<BashFigures> {
  const { lanes, seconds, sustained, runtime } = options;
  const before = availableMib();
  await using server = await startServerProcess([
    `--runtime=${runtime}`,
    `--pool=${ENVIRONMENT}=${lanes}`,
    '--pool-max=64',
  ]);
  await fullyWarm(server.url, lanes);
  const memory = (before - availableMib()) / lanes;
  await using client = await StepwellClient.connect(server.url);

  const reset = async () => {
    const begun = performance.now();
    const episode = await client.reset({ environment: ENVIRONMENT, seed: 1 });
    const took = performance.now() - begun;
    await episode.close();
    return took;
  };
  for (let index = 0; index < 20; index += 1) await reset();
  const resets: number[] = [];
  for (let index = 0; index < 200; index += 1) resets.push(await reset());

  const single = await client.reset({ environment: ENVIRONMENT, seed: 1 });
  await timed(200, () => single.step('echo hi'));
  const steps = await timed(2_000, () => single.step('echo hi'));
  await single.close();

  const episodes = await Promise.all(
    Array.from({ length: lanes }, (_, seed) => client.reset({ environment: ENVIRONMENT, seed })),
  );
  await rate(1, lanes, (lane) => at(episodes, lane).step('echo hi'));
  const stepRate = await rate(seconds, lanes, (lane) => at(episodes, lane).step('echo hi'));
  await Promise.all(episodes.map((episode) => episode.close()));

  let failures = 0;
  let seed = 0;
  const play = async () => {
    seed += 1;
    const episode = await client.reset({ environment: ENVIRONMENT, seed });
    await episode.step('echo hi');
    const { failure } = await episode.submit();
    if (failure !== null) failures += 1;
  };
  await rate(2, lanes, play);
  const episodeRate = await rate(sustained, lanes, play);
  return {
    server: server.ready,
    step_ms: percentiles(steps),
    steps_per_s: stepRate,
    reset_ms: percentiles(resets),
    episodes_per_s: episodeRate,
    episodes_seconds: sustained,
    memory_mib: memory,
    failures,
  };
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} of ${items.length}`);
  return item;
}

/** Memory that could still be handed out, in MiB. */
function availableMib(): number {
  const line = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  return Number(line?.[1]) / 1024;
}

/** Wait until every sandbox is warm; `/readyz` answers before that. */
async function fullyWarm(url: string, count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const ready = /^stepwell_sandboxes\{[^}]*state="ready"[^}]*\} (\d+)$/m.exec(metrics);
    if (Number(ready?.[1]) >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
