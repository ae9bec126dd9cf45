import { expect, it } from 'vitest';
import type { SandboxRoom } from '../../../environments/environment.ts';
import { isApart, lowerLimits, refusalOf } from '../../../environments/terminal/room.ts';
import type { TerminalTask } from '../../../environments/terminal/task.ts';

const ROOM: SandboxRoom = { memoryBytes: 512, cpus: 1, layerBytes: 128, network: 'none', lowers: false };
const STEP = { verification: {} } as TerminalTask['steps'][number];
const TASK = { id: 'one', steps: [STEP] };

it.each([
  [{ cpus: 2 }, 'cpus is 2, --cpus 1. Start the server with --cpus 2,'],
  [
    { memory_bytes: 1024 },
    'memory_mb is 1024 bytes, --memory-bytes 512. Start the server with --memory-bytes 1024,',
  ],
  [
    { storage_bytes: 129 },
    'storage_mb is 129 bytes, --layer-bytes 128. Start the server with --layer-bytes 129,',
  ],
])('a task that wants more than a sandbox has is refused with the remedy', (limits, reason) => {
  expect(refusalOf({ ...TASK, limits }, ROOM)).toContain(reason);
  expect(refusalOf({ ...TASK, limits }, ROOM)).toContain('--task-limits lower');
  expect(refusalOf({ ...TASK, limits }, { ...ROOM, lowers: true })).toBeNull();
  expect(refusalOf({ ...TASK, limits }, undefined)).toBeNull();
});

it('a task within the limits is played, with those that are lower', () => {
  const limits = { cpus: 1, memory_bytes: 256, storage_bytes: 64 };
  expect(refusalOf({ ...TASK, limits }, ROOM)).toBeNull();
  expect(lowerLimits({ limits }, ROOM)).toEqual({ memoryBytes: 256, layerBytes: 64 });
  expect(lowerLimits({ limits: { cpus: 0.5, memory_bytes: 1024 } }, ROOM)).toEqual({ cpus: 0.5 });
  expect(lowerLimits({ limits: { cpus: 1 } }, ROOM)).toBeNull();
  expect(lowerLimits({}, ROOM)).toBeNull();
});

it('a network is only where the server has one, for the agent or for the verifier', () => {
  const verified = {
    ...TASK,
    steps: [{ ...STEP, verification: { ...STEP.verification, has_network: true } }],
  };
  for (const task of [{ ...TASK, has_network: true }, verified]) {
    expect(refusalOf(task, ROOM)).toContain('Start the server with --network bridge');
    expect(refusalOf(task, { ...ROOM, network: 'bridge' })).toBeNull();
  }
  expect(isApart(undefined, { ...ROOM, network: 'bridge' })).toBe(true);
  expect(isApart(true, { ...ROOM, network: 'bridge' })).toBe(false);
  expect(isApart(undefined, ROOM)).toBe(false);
});
