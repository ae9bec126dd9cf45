import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, vi } from 'vitest';
import { TrajectoryEvent } from '../../protocol/trajectory.ts';
import { trajectoriesIn } from '../trajectories.ts';
import { descendants, descriptorsOf, mountsOf } from './processes.ts';
import { containersOf, runnerOf } from './sandboxes.ts';
import type { Home, Served } from './served.ts';

/** How long what a fault left is given to go away, in milliseconds. */
const SETTLES_MS = 30_000;

/** Connections to the engine that a server may keep for its next call; fewer than the faults that a suite counts. */
const KEPT_CONNECTIONS = 3;

const isSocket = (target: string) => target.startsWith('socket:');

/** What a server holds while nothing is under way. Counted at rest it is the same before and after a fault. */
export interface Footprint {
  /** `stepwell_sandboxes` by state, but for those with none. */
  readonly sandboxes: Readonly<Record<string, number>>;
  readonly containers: number;
  /** Processes in all containers. */
  readonly processes: number;
  /** Mounts of Stepwell's own that the server and the runners see. */
  readonly mounts: number;
  /** Files that the server and the runners have open, sockets left out. */
  readonly files: number;
  /** Sockets of the server. */
  readonly sockets: number;
  readonly episodes: number;
}

async function figures(served: Served): Promise<{ sandboxes: Record<string, number>; episodes: number }> {
  const text = await (await fetch(`${served.url}/metrics`, { headers: { connection: 'close' } })).text();
  const sandboxes: Record<string, number> = {};
  for (const [, state = '', count] of text.matchAll(/^stepwell_sandboxes\{state="(\w+)"\} (\d+)$/gm)) {
    if (count !== '0') sandboxes[state] = Number(count);
  }
  return { sandboxes, episodes: Number(/^stepwell_episodes_open (\d+)$/m.exec(text)?.[1]) };
}

async function footprintOf(served: Served): Promise<Footprint> {
  const containers = await containersOf(served);
  const runners = containers.map(runnerOf);
  const own = descriptorsOf(served.pid);
  const inside = runners.flatMap((pid) => descriptorsOf(pid));
  return {
    ...(await figures(served)),
    containers: containers.length,
    processes: descendants(containers.map(({ pid }) => pid)).length,
    mounts: [served.pid, ...runners].reduce((sum, pid) => sum + mountsOf(pid), 0),
    files: [...own, ...inside].filter((target) => !isSocket(target)).length,
    sockets: own.filter(isSocket).length,
  };
}

/** The footprint of a server whose sandboxes are all ready. @param sandboxes how many there have to be, by default any */
export async function atRest(served: Served, sandboxes?: number): Promise<Footprint> {
  const ready = async (): Promise<void> => {
    const expected = { ready: sandboxes ?? expect.any(Number) };
    expect(await figures(served)).toEqual({ sandboxes: expected, episodes: 0 });
  };
  await vi.waitFor(ready, { timeout: SETTLES_MS, interval: 100 });
  return footprintOf(served);
}

/** Hang up, wait until the server holds no more than it held before, and fail with the difference when it does. */
export async function nothingLeaks(served: Served, before: Footprint): Promise<void> {
  served.hangUp();
  const { sandboxes, containers, episodes, sockets, ...counted } = before;
  const now = async (): Promise<object> => {
    const { sockets: _, ...all } = await footprintOf(served);
    const most = Object.entries(counted).map(([name, count]): [string, number] => {
      return [name, Math.max(count, all[name as keyof typeof counted])];
    });
    return { ...all, ...Object.fromEntries(most) };
  };
  await expect
    .poll(() => now().catch((error: unknown) => error), { timeout: SETTLES_MS, interval: 200 })
    .toMatchObject({ sandboxes, containers, episodes, ...counted });
  await expect
    .poll(() => descriptorsOf(served.pid).filter(isSocket).length, { timeout: SETTLES_MS, interval: 200 })
    .toBeLessThanOrEqual(sockets + KEPT_CONNECTIONS);
}

/** What a server that is gone has left: containers or their processes, and run folders. */
export async function leftBy(served: Served, runFolders: readonly string[]): Promise<string[]> {
  const containers = await containersOf(served);
  const folders = runFoldersIn(served.home).filter((path) => runFolders.includes(path));
  const processes = runFolders.flatMap((path) =>
    descendants([1]).filter(({ words }) => words.some((word) => word.includes(path))),
  );
  return [
    ...containers.map(({ id }) => `container ${id}`),
    ...folders,
    ...processes.map(({ pid }) => `process ${pid}`),
  ];
}

/** Folders that servers with this home keep for as long as they live. */
export function runFoldersIn(home: Home): string[] {
  const parents = readdirSync(home.path).filter((name) => name.startsWith('stepwell-'));
  return parents.flatMap((parent) =>
    readdirSync(join(home.path, parent)).map((name) => join(home.path, parent, name)),
  );
}

/** One trajectory file as it lies there. */
export interface Recorded {
  readonly name: string;
  readonly events: readonly TrajectoryEvent[];
  /** Characters after the last whole line. */
  readonly torn: number;
}

/** Every trajectory in the folder; each whole line is an event, reset first, steps in order, and nothing after the end. */
export function recorded(folder: string): Recorded[] {
  return trajectoriesIn(folder).map((path) => {
    const name = basename(path);
    const lines = readFileSync(path, 'utf8').split('\n');
    const rest = lines.pop() ?? '';
    const events = lines.map((line) => TrajectoryEvent.parse(JSON.parse(line)));
    expect([name, events[0]?.event]).toEqual([name, 'reset']);
    const steps = events.flatMap((event) => (event.event === 'step' ? [event.step] : []));
    expect(steps).toEqual(steps.map((_, index) => index + 1));
    const closings = events.flatMap(({ event }, index) => (event === 'close' ? [index] : []));
    expect(closings.every((index) => index === events.length - 1)).toBe(true);
    return { name, events, torn: rest.length };
  });
}

/** The one trajectory of an episode, whole. */
export function trajectoryOf(home: Home, episodeId: string): readonly TrajectoryEvent[] {
  const [found, ...others] = recorded(home.trajectories).filter(({ name }) => name === `${episodeId}.jsonl`);
  expect(others).toEqual([]);
  expect(found?.torn).toBe(0);
  return found?.events ?? [];
}
