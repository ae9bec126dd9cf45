import { expect, test, vi } from 'vitest';
import type { StepResult } from '../../../protocol/episode.ts';
import { StepResults } from '../../../server/episode/step-results.ts';
import { AnswerMemory } from '../../../server/memory/answer-memory.ts';
import { OutputClient, OutputRoom } from '../../../server/memory/output-room.ts';
import { ResultMemory } from '../../../server/memory/result-memory.ts';
import { ClientGate } from '../../../server/memory/step-gate.ts';
import { CollectedAnswers } from '../../../server/v1/collected-answers.ts';

const KIB = 1_024;
const MIB = 1_024 * KIB;

/** Whether a wait has ended so far. */
async function ended(wait: Promise<unknown> | undefined): Promise<boolean> {
  if (wait === undefined) return true;
  let done = false;
  void wait.then(() => {
    done = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('the more bytes are unsent, the fewer each client may leave unread, and some memory is always kept free', () => {
  const memory = new AnswerMemory({ maxBytes: 64 * MIB, maxClientBytes: 4 * MIB });
  expect(memory.share).toBe(4 * MIB);
  let clients = 0;
  for (; clients < 1_000 && memory.freeBytes > 0; clients += 1) memory.change(memory.share);
  expect(clients).toBeGreaterThan(40);
  expect(memory.share).toBe(64 * KIB);
});

test('beyond the maximum those that take nothing are cut, the one with most first, others not', () => {
  let now = 0;
  const cut: string[] = [];
  const memory = new AnswerMemory({ maxBytes: 10, maxClientBytes: 10, now: () => now });
  const reader = (name: string, unsentBytes: number, tookAt: number) => {
    const one = { unsentBytes, tookAt, cut: () => cut.push(name) };
    memory.clogged(one);
    memory.change(unsentBytes);
  };
  reader('small', 3, 0);
  reader('large', 4, 0);
  now = 5_000;
  reader('reading', 6, 4_500);
  expect(cut).toEqual(['large']);
});

test('a waiting answer gets memory when some is free, and stuck clients are disconnected to free it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let now = 0;
  const memory = new AnswerMemory({ maxBytes: 10, maxClientBytes: 10, now: () => now });
  const one = { unsentBytes: 20, tookAt: 0, cut: vi.fn() };
  memory.clogged(one);
  memory.change(20);
  const room = memory.room();
  expect(await ended(room)).toBe(false);
  now = 1_500;
  await vi.advanceTimersByTimeAsync(1_500);
  expect(one.cut).toHaveBeenCalledTimes(1);
  memory.change(-20);
  await room;
  vi.useRealTimers();
});

test('the answers of a batch may take half of the memory, those of two clients a third each', () => {
  const fill = (collected: CollectedAnswers): number => {
    let taken = 0;
    for (; collected.fits(MIB); taken += 1) collected.take(MIB);
    return taken;
  };
  const memory = new AnswerMemory({ maxBytes: 60 * MIB, maxClientBytes: MIB });
  const [one, two] = [new CollectedAnswers(memory), new CollectedAnswers(memory)];
  expect(fill(one)).toBe(30);
  expect(one.full).toBe(true);
  expect(fill(two)).toBe(15);
  one.give(30 * MIB);
  expect(one.full).toBe(false);
});

test('outputs of steps under way are bounded for each client and in all; ordinary ones cost nothing', async () => {
  const room = new OutputRoom(64 * MIB);
  const [greedy, other, third] = [room.client(), room.client(), room.client()];
  expect(OutputClient.cost(64 * KIB)).toBe(0);
  const cost = OutputClient.cost(8 * MIB);
  expect([greedy.take(cost), greedy.take(cost)]).toEqual([undefined, undefined]);
  const more = greedy.take(cost);
  expect(await ended(more)).toBe(false);
  // Its own share keeps it waiting, which is in nobody's way.
  expect(await ended(other.take(cost))).toBe(true);
  greedy.give(cost);
  expect(await ended(more)).toBe(true);
  for (const client of [other, third, third, room.client(), room.client()]) {
    expect(await ended(client.take(cost))).toBe(true);
  }
  const last = room.client().take(cost);
  expect(await ended(last)).toBe(false);
  third.give(cost);
  expect(await ended(last)).toBe(true);
});

test('a step with much output holds its room until its answer is written, also when it fails', async () => {
  const room = new OutputRoom(16 * MIB);
  const outputs = room.client();
  const flow = { flows: true, ready: () => undefined };
  const gate = new ClientGate({ flow, outputs, outputBytes: 64 * KIB });
  const result = await gate.pass(4 * MIB, async () => ({ step: 1 }));
  const second = gate.pass(4 * MIB, async () => ({ step: 2 }));
  expect(await ended(second)).toBe(false);
  gate.written(result);
  await second;
  gate.settle();
  const fails = gate.pass(4 * MIB, async () => {
    throw new Error('scripted');
  });
  await expect(fails).rejects.toThrow('scripted');
  expect(outputs.taken).toBe(0);
});

function resultOf(step: number, length: number): StepResult {
  return {
    step,
    observation: { output: 'x'.repeat(length) },
    reward: null,
    terminated: false,
    truncated: false,
    failure: null,
    info: { duration_ms: 1 },
  };
}

const LS = { code: 'ls' };
/** The log of a server that keeps no trajectories. */
const NONE = { next: null, read: () => Promise.reject(new Error('no trajectory is kept')) };

test('stored results are bounded over all episodes: those of the one that stepped longest ago go', async () => {
  const memory = new ResultMemory(10 * MIB);
  const episodes = Array.from({ length: 8 }, () => new StepResults(memory, NONE));
  for (const results of episodes) results.add(LS, resultOf(1, 2 * MIB));
  expect(memory.bytes).toBeLessThan(10 * MIB);
  await expect(episodes[0]?.again(1, LS)).rejects.toMatchObject({ error: 'step_out_of_order' });
  expect(episodes[0]).toMatchObject({ count: 1, last: { step: 1, terminated: false } });
  expect(episodes[7]?.again(1, LS)).toMatchObject({ step: 1, replayed: true });
  for (const results of episodes) results.forget();
  expect(memory.bytes).toBe(0);
});

test('without trajectories an episode keeps its results as long as there is memory, the latest longest', async () => {
  const memory = new ResultMemory(10 * MIB);
  const results = new StepResults(memory, NONE);
  for (let step = 1; step <= 200; step += 1) results.add(LS, resultOf(step, 10));
  expect(results.again(1, LS)).toMatchObject({ step: 1, replayed: true });
  for (let step = 201; step <= 206; step += 1) results.add(LS, resultOf(step, 2 * MIB));
  await expect(results.again(1, LS)).rejects.toMatchObject({ error: 'step_out_of_order' });
  await expect(results.again(201, LS)).rejects.toMatchObject({ details: { expected: 207 } });
  expect(results.again(203, LS)).toMatchObject({ step: 203, replayed: true });
  expect(memory.bytes).toBe(results.size);
});
