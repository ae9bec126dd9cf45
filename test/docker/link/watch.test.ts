import { duplexPair } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RunnerChannel } from '../../../docker/link/channel.ts';
import type { Condition } from '../../../docker/process-condition.ts';
import { FakeRunner, Gate, SILENCE, settled } from '../fake-engine.ts';

let runner: FakeRunner;
let channel: RunnerChannel;
/** What the engine says of the runner. */
let condition: Condition;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const [host, inside] = duplexPair();
  runner = new FakeRunner(inside);
  condition = 'unknown';
  channel = new RunnerChannel(host, { condition: async () => condition });
});

afterEach(() => {
  vi.useRealTimers();
});

/** What became of a request so far. */
function watch(request: Promise<unknown>): { state: string } {
  const seen = { state: 'pending' };
  request.then(
    () => {
      seen.state = 'answered';
    },
    (error: { code: string }) => {
      seen.state = error.code;
    },
  );
  return seen;
}

const run = (timeoutMs = 60_000) => watch(channel.request('run', {}, { timeoutMs, runsCode: true }));

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    await vi.advanceTimersByTimeAsync(Math.min(100, left));
    await settled();
  }
}

it('asks nothing of a runner that answers within two seconds', async () => {
  const gate = new Gate();
  runner.answer('run', async () => {
    await gate.opened;
    return {};
  });
  const step = run();
  await settled();
  expect(vi.getTimerCount()).toBe(1);
  await pass(1_900);
  gate.open();
  await settled();
  expect(step.state).toBe('answered');
  await pass(5_000);
  expect([runner.count('ping'), vi.getTimerCount()]).toEqual([0, 0]);
});

it('has one timer for all requests of its time', async () => {
  for (let answered = 0; answered < 10; answered += 1) {
    const step = run();
    await pass(300);
    expect(step.state).toBe('answered');
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  }
  expect(runner.count('ping')).toBe(0);
});

it.each(['unknown', 'frozen'] as const)(
  'tells of a frozen runner in five seconds (the engine: %s)',
  async (known) => {
    condition = known;
    for (const op of ['run', 'ping']) runner.answer(op, () => SILENCE);
    const step = run();
    await pass(4_000);
    expect(step.state).toBe('pending');
    await pass(1_000);
    expect(step.state).toBe('unresponsive');
    expect(vi.getTimerCount()).toBe(0);
  },
);

it('tells of one that freezes later, as soon', async () => {
  runner.answer('run', () => SILENCE);
  const step = run();
  await pass(20_000);
  expect(step.state).toBe('pending');
  expect(runner.count('ping')).toBeGreaterThan(5);
  runner.answer('ping', () => SILENCE);
  await pass(5_100);
  expect(step.state).toBe('unresponsive');
});

it('waits for one that the engine says is only slow, to the deadline and what is added to it', async () => {
  condition = 'running';
  for (const op of ['run', 'ping']) runner.answer(op, () => SILENCE);
  const step = run(20_000);
  await pass(49_900);
  expect(step.state).toBe('pending');
  await pass(200);
  expect(step.state).toBe('unresponsive');
  expect(vi.getTimerCount()).toBe(0);
});

it('goes on with one that was paused for a while', async () => {
  const thawed = new Gate();
  for (const op of ['run', 'ping']) {
    runner.answer(op, async () => {
      await thawed.opened;
      return {};
    });
  }
  const step = run();
  await pass(4_000);
  thawed.open();
  await settled();
  expect(step.state).toBe('answered');
  await pass(60_000);
  expect(await watch(channel.ping(1_000))).toBeDefined();
  expect(channel.pendingRequests).toBeLessThan(2);
});

it('does not take for frozen who answers no pings while he works, unless the engine says so', async () => {
  for (const op of ['diff', 'ping']) runner.answer(op, () => SILENCE);
  const diff = watch(channel.request('diff'));
  await pass(20_000);
  expect(diff.state).toBe('pending');
  condition = 'frozen';
  await pass(2_600);
  expect(diff.state).toBe('unresponsive');
});

it('an answer that lies unread when the time is up is heard', async () => {
  runner.answer('run', () => SILENCE);
  const late = new Gate();
  runner.answer('ping', async () => {
    await late.opened;
    return {};
  });
  const step = run();
  await vi.advanceTimersByTimeAsync(2_000);
  await settled();
  late.open();
  // The timer comes in the same turn of the event loop in which the answer is on its way.
  vi.advanceTimersByTime(2_500);
  await settled();
  await settled();
  expect(step.state).toBe('pending');
});
