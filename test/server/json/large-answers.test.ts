import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { canonicalJson, TrajectoryEvent } from '../../../protocol/trajectory.ts';
import { isLarge, jsonPieces, largeText } from '../../../server/json/answer-text.ts';
import { hashOf } from '../../../server/trajectory/log.ts';
import { trajectoryIn } from '../../trajectories.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { startTestServer, type TestServer, Wire } from '../test-server.ts';

const SIZE = 4_000_000;
const OUTPUT = '\u0001'.repeat(SIZE);

let fake: FakeEnvironment;
let server: TestServer;

beforeEach(async () => {
  fake = new FakeEnvironment();
  server = await startTestServer([fake]);
});

afterEach(() => server.close());

test('a value written in pieces has the text that it has in one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value));
      expect([...jsonPieces(value, true)].join('')).toBe(canonicalJson(value));
    }),
  );
  const long = { b: [undefined, { z: 1, a: undefined }], a: '"\\\n\u0001\u{1f600}\ud800'.repeat(20_000) };
  expect([...jsonPieces(long)].join('')).toBe(JSON.stringify(long));
  expect([...jsonPieces(long, true)].join('')).toBe(canonicalJson(long));
  // A pair lies across the border of two pieces, whichever of two offsets has one.
  for (const before of ['', 'x']) {
    const pairs = before + '\u{1f600}'.repeat(40_000);
    expect([...jsonPieces(pairs)].join('')).toBe(JSON.stringify(pairs));
  }
});

test('the parts of a large text are its bytes', async () => {
  const value = {
    text: 'é€\u{1f600}'.repeat(100_000),
    rows: Array.from({ length: 5_000 }, (_, n) => [n, null]),
  };
  expect(isLarge(value)).toBe(true);
  expect(isLarge({ output: 'x'.repeat(65_536) })).toBe(false);
  const parts = await largeText(value, '{"id":1,"result":', '}');
  expect(Buffer.concat(parts).toString()).toBe(`{"id":1,"result":${JSON.stringify(value)}}`);
});

/** Turns of the event loop until the work is done. */
async function turnsOf(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  void work.finally(() => {
    done = true;
  });
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  return turns;
}

test('a large result leaves the event loop to others while it is hashed, logged and written', async () => {
  const options = { max_output_bytes: 16_777_216 };
  const { episode } = await server.app.registry.open({ environment: 'fake-v1', episodeId: 'large', options });
  const step = episode.step(undefined, `control ${SIZE}`);
  expect(await turnsOf(step)).toBeGreaterThan(10);
  expect(await turnsOf(largeText(await step))).toBeGreaterThan(5);
  const lines = readFileSync(trajectoryIn(server.trajectories, 'large'), 'utf8').trimEnd().split('\n');
  const event = TrajectoryEvent.parse(JSON.parse(lines.at(-1) ?? ''));
  expect(event).toMatchObject({
    event: 'step',
    step: 1,
    observation: { output: OUTPUT },
    observation_sha256: hashOf({ output: OUTPUT, exit_code: 0 }),
  });
  expect(lines.at(-1)).toBe(JSON.stringify(JSON.parse(lines.at(-1) ?? '')));
});

test("OpenEnv's socket and routes give large answers whole", async () => {
  const wire = await Wire.connect(`${server.url}/openenv/fake-v1/ws`);
  await wire.ask('{"type":"reset","data":{"max_output_bytes":16777216}}');
  const told = await wire.ask(`{"type":"step","data":{"code":"control ${SIZE}"}}`);
  const observation = { output: OUTPUT, exit_code: 0 };
  expect(told).toBe(
    JSON.stringify({ type: 'observation', data: { observation, reward: null, done: false } }),
  );
  wire.socket.close();
  const post = (path: string, body: unknown) =>
    fetch(`${server.url}/openenv/fake-v1/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  await post('reset', { max_output_bytes: 16_777_216 });
  const answer = await post('step', { action: { code: `control ${SIZE}` } });
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await answer.text()).toBe(JSON.stringify({ observation, reward: null, done: false }));
});
