import { type Limits, runnersShare } from '../engine.ts';
import type { HostFree } from '../host.ts';

const MIB = 2 ** 20;

/** Share of the machine's memory and processes that sandboxes leave free. */
const RESERVE = 0.05;
const MAX_RESERVE_BYTES = 1024 * MIB;
/** Processes that sandboxes leave free. */
const RESERVE_PIDS = 256;
/** What a sandbox takes from its start until it shows in the machine's figures. */
const STARTED = { memoryBytes: 64 * MIB, pids: 8 } as const;
/** What a sandbox takes on average, for `--pool-max auto`: a warm one about 12 MiB, and what an episode adds. */
const AVERAGE = { memoryBytes: 32 * MIB, pids: 16 } as const;

function reserveOf({ totalBytes }: HostFree): number {
  return Math.min(MAX_RESERVE_BYTES, RESERVE * totalBytes);
}

/**
 * How many sandboxes may be started now beyond those that are kept warm: none unless one of them may use all of its limits
 * and the reserve (5 % of the memory, at most 1 GiB, and 256 processes) is still free. Each that starts counts as 64 MiB and 8
 * processes.
 */
export function growthLeft(free: HostFree, limits: Limits, starting: number): number {
  const memory = free.memoryBytes - reserveOf(free) - limits.memoryBytes - runnersShare.memoryBytes;
  const pids = free.pids - RESERVE_PIDS - limits.pids - runnersShare.pids;
  if (memory < 0 || pids < 0) return 0;
  const most = 1 + Math.floor(Math.min(memory / STARTED.memoryBytes, pids / STARTED.pids));
  return Math.max(0, most - starting);
}

/** Whether the reserve itself is in use, so that free sandboxes beyond those that are kept warm should go. */
export function isPressed(free: HostFree): boolean {
  return free.memoryBytes < reserveOf(free) || free.pids < RESERVE_PIDS;
}

/**
 * The maximum number of sandboxes of `--pool-max auto`: as many as fit at 32 MiB and 16 processes each, beside the reserve.
 * Starts still wait for `growthLeft`, so this is a bound and no promise.
 * @param least e.g. the number kept warm
 * @param most e.g. the maximum number of episodes
 */
export function autoMax(free: HostFree, least: number, most: number): number {
  const memory = (free.memoryBytes - reserveOf(free)) / AVERAGE.memoryBytes;
  const pids = (free.pids - RESERVE_PIDS) / AVERAGE.pids;
  return Math.max(1, least, Math.min(most, Math.floor(Math.min(memory, pids))));
}
