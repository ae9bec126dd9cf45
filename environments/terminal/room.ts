import type { LowerLimits } from '../../docker/sandbox.ts';
import type { SandboxRoom } from '../environment.ts';
import type { TerminalTask } from './task.ts';

type Wanting = Pick<TerminalTask, 'id' | 'limits' | 'has_network' | 'steps'>;

/** Why a server's sandboxes cannot play a task, with the remedy; `null` if they can. */
export function refusalOf(
  { id, limits = {}, has_network, steps }: Wanting,
  room: SandboxRoom | undefined,
): string | null {
  if (room === undefined) return null;
  const { cpus = 0, memory_bytes: memory = 0, storage_bytes: storage = 0 } = limits;
  const [tooMuch] = [
    { key: 'cpus', wanted: cpus, most: room.cpus, flag: '--cpus' },
    { key: 'memory_mb', wanted: memory, most: room.memoryBytes, flag: '--memory-bytes' },
    { key: 'storage_mb', wanted: storage, most: room.layerBytes, flag: '--layer-bytes' },
  ].filter(({ wanted, most }) => wanted > most);
  if (tooMuch !== undefined && !room.lowers) {
    const { key, wanted, most, flag } = tooMuch;
    return `Task ${id} wants more than a sandbox has: ${key} is ${wanted}${key === 'cpus' ? '' : ' bytes'}, ${flag} ${most}. Start the server with ${flag} ${wanted}, or play it with less: --task-limits lower.`;
  }
  const wantsNetwork =
    has_network === true || steps.some(({ verification }) => verification.has_network === true);
  if (wantsNetwork && room.network === 'none') {
    return `Task ${id} wants a network (network_mode = "public"), which no sandbox here has. Start the server with --network bridge.`;
  }
  return null;
}

/** The limits of a task that are below those of the sandboxes; `null` if there are none. */
export function lowerLimits(
  { limits }: Pick<TerminalTask, 'limits'>,
  room: SandboxRoom | undefined,
): LowerLimits | null {
  if (limits === undefined) return null;
  const isLower = (wanted: number | undefined, own = Number.POSITIVE_INFINITY) =>
    wanted !== undefined && wanted < own;
  const { cpus, memory_bytes: memoryBytes, storage_bytes: layerBytes } = limits;
  const lower = {
    ...(isLower(cpus, room?.cpus) ? { cpus } : {}),
    ...(isLower(memoryBytes, room?.memoryBytes) ? { memoryBytes } : {}),
    ...(isLower(layerBytes, room?.layerBytes) ? { layerBytes } : {}),
  };
  return Object.keys(lower).length === 0 ? null : (lower as LowerLimits);
}

/** Whether a phase that has no network runs where others have one. */
export function isApart(hasNetwork: boolean | undefined, room: SandboxRoom | undefined): boolean {
  return hasNetwork !== true && room?.network === 'bridge';
}
