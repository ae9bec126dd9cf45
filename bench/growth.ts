import { readFileSync } from 'node:fs';
import type { Episode } from '../clients/typescript/episode.ts';
import { type Percentiles, percentiles, rate, timed } from './figures.ts';
import { ms, type Row } from './lanes.ts';
import type { BenchOptions, Report, TrainerCase } from './report.ts';
import { startWarmServer, type WarmServer } from './warm-server.ts';

/** Numbers of live episodes. */
const LEVELS = [1, 8, 32, 128, 512, 1024];
const IN_FLIGHT = 32;
const CODE = 'echo hello';
/** Steps one at a time. */
const STEPS = 500;
/** Until a sandbox is there for each episode, in milliseconds. */
const QUEUE_TIMEOUT_MS = 1_800_000;
const TICKS_PER_SECOND = 100;

interface Level {
  readonly episodes: number;
  /** Round trips of steps, one at a time, each in another episode. */
  readonly step_ms: Percentiles;
  /** With 32 in flight. */
  readonly steps_per_s: number;
  /** Processor time of the server for each of these steps, in milliseconds. */
  readonly server_ms: number;
  /** The same two where only the first 32 episodes take steps: what the others cost by being there. */
  readonly of_32: { readonly steps_per_s: number; readonly server_ms: number };
  /** Resident memory of the server, in MiB. */
  readonly server_mib: number;
  /** Number of steps with a fault. */
  readonly failures: number;
  /** Memory that the machine lost to each episode since the first level, in MiB; 0 at the first. */
  readonly episode_mib: number;
  /** Time in which the last episodes were begun, in seconds. */
  readonly began_s: number;
}

/** Seconds of processor time of a process, its own threads only. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function mebibytes(file: string, name: string): number {
  const [, kib] = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(file, 'latin1')) ?? [];
  return Number(kib) / 1024;
}

const available = () => mebibytes('/proc/meminfo', 'MemAvailable');

async function open(server: WarmServer, count: number): Promise<Episode[]> {
  const entries = await server.client.resetMany(
    { environment: 'bash-v1', count, seed: 1 },
    { queueTimeoutMs: QUEUE_TIMEOUT_MS },
  );
  return entries.map((entry) => {
    if ('error' in entry) throw entry.error;
    return entry.episode;
  });
}

async function measureLevel(server: WarmServer, episodes: readonly Episode[], seconds: number) {
  let failures = 0;
  const stepsOf = (stepping: readonly Episode[]) => {
    let next = 0;
    return async (): Promise<void> => {
      const episode = stepping[next % stepping.length];
      next += 1;
      const result = await episode?.step(CODE);
      if (result === undefined || result.failure !== null) failures += 1;
    };
  };
  const inFlight = async (step: () => Promise<void>) => {
    await rate(1, IN_FLIGHT, step);
    const before = processorTime(server.pid);
    const steps_per_s = await rate(seconds, IN_FLIGHT, step);
    return {
      steps_per_s,
      server_ms: ((processorTime(server.pid) - before) * 1000) / (steps_per_s * seconds),
    };
  };
  const step = stepsOf(episodes);
  const step_ms = percentiles(await timed(STEPS, step));
  const all = await inFlight(step);
  const of_32 = episodes.length <= IN_FLIGHT ? all : await inFlight(stepsOf(episodes.slice(0, IN_FLIGHT)));
  const server_mib = mebibytes(`/proc/${server.pid}/status`, 'VmRSS');
  return { step_ms, ...all, of_32, server_mib, failures };
}

/** Live episodes from 1 to 1,024 on one server: what a step takes, and what an episode costs. */
export const GROWTH: TrainerCase = {
  name: 'growth',
  async measure({ runtime, seconds }: BenchOptions): Promise<Report<unknown>> {
    const most = LEVELS.at(-1) ?? 1;
    const flags = [
      `--runtime=${runtime}`,
      '--pool=bash-v1=1',
      `--pool-max=${most}`,
      `--max-episodes=${most}`,
    ];
    await using server = await startWarmServer(flags, 1);
    const episodes: Episode[] = [];
    const levels: Level[] = [];
    const rows: Row[] = [];
    let first = 0;
    for (const count of LEVELS) {
      const begun = performance.now();
      episodes.push(...(await open(server, count - episodes.length)));
      const began_s = (performance.now() - begun) / 1000;
      const memory = available();
      first ||= memory;
      const episode_mib = count === 1 ? 0 : (first - memory) / (count - 1);
      const level = {
        episodes: count,
        ...(await measureLevel(server, episodes, seconds)),
        episode_mib,
        began_s,
      };
      levels.push(level);
      rows.push(
        [`${count} live: step, one at a time`, 'ms', ms(level.step_ms)],
        [`${count} live: steps, ${IN_FLIGHT} in flight`, '1/s', level.steps_per_s.toFixed(0)],
        [`${count} live: processor time of the server`, 'ms/step', level.server_ms.toFixed(3)],
        [
          `${count} live, 32 of them step: steps, processor time of the server`,
          '1/s, ms/step',
          `${level.of_32.steps_per_s.toFixed(0)}, ${level.of_32.server_ms.toFixed(3)}`,
        ],
        [
          `${count} live: memory of server, of an episode`,
          'MiB',
          `${level.server_mib.toFixed(0)}, ${episode_mib.toFixed(1)}`,
        ],
        [`${count} live: the last ones began in`, 's', began_s.toFixed(1)],
      );
    }
    await Promise.all(episodes.map((episode) => episode.close()));
    const failures = levels.reduce((sum, level) => sum + level.failures, 0);
    return {
      server: server.ready,
      figures: levels,
      rows: [...rows, ['failed', '', String(failures)]],
      failures,
    };
  },
};
