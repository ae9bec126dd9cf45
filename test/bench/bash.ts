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
  /** `episode/reset` with a warm sandbox free and no other being renewed, round trip. */
  readonly reset_ms: Percentiles;
  /** The same, one after the other without a pause: the sandboxes given back are renewed meanwhile. */
  readonly reset_busy_ms: Percentiles;
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
  const single = await measureOne(options.runtime);
  return { ...single, ...(await measureMany(options)) };
}

/** Long enough for the sandbox that was given back to be made pristine again, in milliseconds. */
const RENEWAL_MS = 25;

/** What one client with one episode at a time meets, on a server with the default pool. */
async function measureOne(
  runtime: string,
): Promise<Pick<BashFigures, 'step_ms' | 'reset_ms' | 'reset_busy_ms'>> {
  await using server = await startServerProcess([`--runtime=${runtime}`]);
  await fullyWarm(server.url, 4);
  await using client = await StepwellClient.connect(server.url);
  let seed = 0;
  const reset = async () => {
    seed += 1;
    const begun = performance.now();
    const episode = await client.reset({ environment: ENVIRONMENT, seed });
    const took = performance.now() - begun;
    await episode.close();
    return took;
  };
  const resets = async (count: number, pauseMs: number) => {
    const samples: number[] = [];
    for (let index = 0; index < count; index += 1) {
      samples.push(await reset());
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return percentiles(samples);
  };
  await resets(50, 0);
  const spaced = await resets(200, RENEWAL_MS);
  const busy = await resets(200, 0);
  const episode = await client.reset({ environment: ENVIRONMENT, seed: 1 });
  await timed(1_000, () => episode.step('echo hi'));
  const steps = await timed(2_000, () => episode.step('echo hi'));
  await episode.close();
  return { step_ms: percentiles(steps), reset_ms: spaced, reset_busy_ms: busy };
}

/** What a trainer with many episodes meets. */
async function measureMany(
  options: BashOptions,
): Promise<Omit<BashFigures, 'step_ms' | 'reset_ms' | 'reset_busy_ms'>> {
  const { lanes, seconds, sustained, runtime } = options;
  const before = availableMib();
  await using server = await startServerProcess([
    `--runtime=${runtime}`,
    `--pool=${ENVIRONMENT}=${lanes}`,
    `--pool-max=${2 * lanes}`,
  ]);
  await fullyWarm(server.url, lanes);
  const memory = (before - availableMib()) / lanes;
  await using client = await StepwellClient.connect(server.url);

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
    steps_per_s: stepRate,
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
