import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startServerProcess } from '../../bench/server-process.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import type { EngineName } from '../../docker/engines/table.ts';
import { harmSandboxes, wait } from './faults.ts';
import { type Footprint, footprintOf } from './footprint.ts';
import { type KnownPlay, learn, playOnce } from './lane.ts';
import { type Play, somePlays } from './plays.ts';
import { Random } from './random.ts';
import type { SoakResult } from './report.ts';
import { dockerSandboxes, localSandboxes, type Sandboxes } from './sandboxes.ts';
import { Tally } from './tally.ts';
import { vanish } from './vanishing.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly engine: EngineName;
  /** Clients at a time, each with a socket of its own. */
  readonly clients: number;
  /** Sandboxes of each image. */
  readonly sandboxes: number;
  /** Tasks of each environment. */
  readonly tasks: number;
  /** Mean time between two faults, in seconds. */
  readonly faultEvery: number;
  readonly dialects: 'sqlite' | 'mysql' | 'both';
}

const PROBE = new URL('./memory-probe.mjs', import.meta.url).href;
/** Until all is at rest: a queue of resets, a full pool. Building images is not part of it. */
const REST_WITHIN_MS = 300_000;
const LOOK_MS = 1_000;
/** Looks in a row that must be the same. */
const LOOKS = 4;
/** Share of the clients that vanish in the middle of an episode. */
const VANISHING = 0.15;

/** One soak from start to end. @param folder an empty one, for sockets and trajectories */
export async function runSoak(
  options: SoakOptions,
  folder: string,
  tell: (line: string) => void,
): Promise<SoakResult> {
  const { minutes, seed, engine, clients } = options;
  const dialects = options.dialects === 'both' ? (['sqlite', 'mysql'] as const) : [options.dialects];
  const random = new Random(seed);
  // In any order, so that no image is asked for by all at once.
  const plays = random.some(somePlays(random, options.tasks, dialects), Number.POSITIVE_INFINITY);
  const images = ['bash-v1', 'python-v1', ...dialects.map((dialect) => `sql-built-in-${dialect}`)];
  const probe = join(folder, 'memory.sock');
  const logPath = join(folder, 'log');
  await using log = await open(logPath, 'w');
  await using server = await startServerProcess(
    [
      `--runtime=${engine}`,
      `--pool=${images.map((image) => `${image}=${options.sandboxes}`).join(',')}`,
      '--grace-ms=2000',
      `--pool-max=${images.length * options.sandboxes}`,
      `--trajectories=${join(folder, 'trajectories')}`,
    ],
    { NODE_OPTIONS: `--import=${PROBE}`, STEPWELL_MEMORY_PROBE: probe },
    log.fd,
  );
  const sandboxes = engine === 'docker' ? dockerSandboxes(server.pid) : localSandboxes(server.pid);
  const rest = () => atRest(server.url, images.length * options.sandboxes);
  const measure = async (): Promise<Footprint> => {
    await rest();
    return footprintOf(server.pid, sandboxes, probe);
  };
  tell(`${plays.length} plays of ${engine}: learning their rewards`);
  await rest();
  const known = await learnAll(server.url, plays, options.sandboxes);
  // The same load without faults, so that caches and buffers are as they will be.
  await load({ options, url: server.url, known, random, tally: new Tally(), ms: warmUpMs(minutes) });
  const start = await measure();
  tell(`at rest: ${JSON.stringify(start)}`);
  const tally = new Tally();
  await load({ options, url: server.url, known, random, tally, ms: minutes * 60_000, sandboxes });
  tell('faults are over: waiting for rest');
  const end = await measure();
  const logged = errorsOf(await readFile(logPath, 'utf8'));
  return { server: server.ready, minutes, seed, clients, tally, logged, start, end };
}

/** How often the log tells of which error. */
function errorsOf(log: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const line of log.split('\n')) {
    if (!line.startsWith('{')) continue;
    const { msg = '', err } = JSON.parse(line) as { msg?: string; err?: { type?: string } };
    const name = err?.type === undefined ? msg : `${msg} (${err.type})`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function warmUpMs(minutes: number): number {
  return Math.min(60_000, minutes * 15_000);
}

async function learnAll(url: string, plays: readonly Play[], width: number): Promise<KnownPlay[]> {
  await using client = await StepwellClient.connect(url);
  const known: KnownPlay[] = [];
  const queue = plays.values();
  const work = async (): Promise<void> => {
    for (const play of queue) known.push(await learn(client, play));
  };
  await Promise.all(Array.from({ length: width }, work));
  return known;
}

interface Load {
  readonly options: SoakOptions;
  readonly url: string;
  readonly known: readonly KnownPlay[];
  readonly random: Random;
  readonly tally: Tally;
  readonly ms: number;
  /** Those that are harmed. @default none */
  readonly sandboxes?: Sandboxes;
}

/** Many clients for a while, each episode of a play chosen by chance. */
async function load({ options, url, known, random, tally, ms, sandboxes }: Load): Promise<void> {
  const begun = performance.now();
  const clock = (): number => performance.now() - begun;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  const lane = async (): Promise<void> => {
    let client = await StepwellClient.connect(url);
    try {
      while (!over.signal.aborted) {
        const play = random.pick(known);
        if (random.chance(VANISHING)) {
          await vanish(url, play.play, random).then(
            () => tally.ended('vanished'),
            (error: unknown) => tally.failed(`vanishing: ${error instanceof Error ? error.name : error}`),
          );
          tally.fault('client vanished');
        } else if (random.chance(0.02)) {
          await client.close();
          client = await StepwellClient.connect(url);
        } else {
          await playOnce(play, { client, random, tally, clock });
        }
      }
    } finally {
      await client.close();
    }
  };
  const lanes = Array.from({ length: options.clients }, lane);
  const everyMs = options.faultEvery * 1000;
  if (sandboxes !== undefined) {
    lanes.push(harmSandboxes({ sandboxes, random, tally, everyMs, signal: over.signal }));
  }
  try {
    await Promise.all(lanes);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** Wait until nothing is open and every sandbox is ready, for a while. @throws {Error} that does not come */
async function atRest(url: string, sandboxes: number): Promise<void> {
  const end = performance.now() + REST_WITHIN_MS;
  for (let same = 0; same < LOOKS; ) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const open = Number(/^stepwell_episodes_open (\d+)$/m.exec(metrics)?.[1]);
    const ready = Number(/^stepwell_sandboxes\{state="ready"\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
    same = open === 0 && ready >= sandboxes ? same + 1 : 0;
    if (performance.now() > end)
      throw new Error(`no rest: ${open} episodes are open, ${ready} sandboxes ready`);
    await wait(LOOK_MS);
  }
}
