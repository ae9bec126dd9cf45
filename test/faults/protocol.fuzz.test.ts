import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ERRORS } from '../../protocol/errors.ts';
import { METHODS } from '../../protocol/methods.ts';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import type { Wire } from '../server/test-server.ts';
import { SEED } from './fuzz.ts';
import { atRest, nothingLeaks, recorded } from './leaks.ts';
import { Home, playsWell, Served, task, WELL } from './served.ts';

const CODES = new Set<number>(Object.values(ERRORS).map(({ code }) => code));

/** The first engine that is there: what is sent is seldom a request that reaches a sandbox. */
const engines = await engineCases();
const under = engines.find(({ missing }) => missing === null) ?? engines[0];
if (under === undefined) throw new Error('there are no engines');

const POOL_MAX = 2;
/** Sandboxes that the pool may start beyond that for grades, by default. */
const GRADING_RESERVE = 2;

const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 });
const near = fc.oneof(
  fc.constantFrom(
    'bash-v1',
    'sql-v1',
    'python-v1',
    'easy',
    'faults',
    'built-in',
    'fuzz-1',
    'fuzz-2',
    '',
    0,
    1,
    -1,
    1.5,
  ),
  fc.constantFrom(
    null,
    true,
    {},
    [],
    'submit',
    'skip',
    { submit: true },
    { code: 'echo x' },
    { code: '' },
    { evaluate: true },
  ),
  fc.constantFrom<fc.JsonValue>(
    '\u0000',
    '\ud800',
    '__proto__',
    'constructor',
    'x'.repeat(5_000),
    2 ** 53,
    1e308,
  ),
  anyJson,
);
const FIELDS = [
  'environment',
  'dataset',
  'task',
  'seed',
  'episode_id',
  'step',
  'action',
  'reward',
  'semantics',
  'offset',
];
const MORE_FIELDS = ['limit', 'max_turns', 'token', 'protocol_version', '__proto__', 'toString'];
const params = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...FIELDS, ...MORE_FIELDS), near, { maxKeys: 6 }) },
  { weight: 1, arbitrary: anyJson },
);
/** What is almost a request: of a method that there is, mostly, with what its params may be called. */
const request = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, anyJson),
    id: fc.oneof({ weight: 6, arbitrary: fc.oneof(fc.string(), fc.integer(), fc.constant(null)) }, anyJson),
    method: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...Object.keys(METHODS)) },
      fc.constantFrom('__proto__', 'toString', 'constructor', ''),
      anyJson,
    ),
    params,
  },
  { requiredKeys: [] },
);
const episodeId = fc.constantFrom('fuzz-1', 'fuzz-2');
const action = fc.oneof(
  fc.constantFrom<fc.JsonValue>(
    'echo x',
    'exit 3',
    { code: 'cat', stdin: 'in' },
    { code: 'sleep 9', timeout_ms: 50 },
  ),
  near,
);
/** Requests that reach a sandbox, or would but for one field. */
const played = fc
  .tuple(
    fc.oneof(
      episodeId.map((episode_id) => ({
        method: 'episode/reset',
        params: { environment: 'bash-v1', dataset: 'faults', task: 'easy', episode_id },
      })),
      fc.record({ episode_id: episodeId, action }).map((of) => ({ method: 'episode/step', params: of })),
      fc
        .tuple(fc.constantFrom('evaluate', 'state', 'close'), episodeId)
        .map(([name, episode_id]) => ({ method: `episode/${name}`, params: { episode_id } })),
    ),
    fc.option(fc.tuple(fc.constantFrom(...FIELDS), near), { freq: 2 }),
    fc.integer(),
  )
  .map(([{ method, params }, change, id]) => {
    const changed = change === null ? {} : { [change[0]]: change[1] };
    return { jsonrpc: '2.0', id, method, params: { ...params, ...changed } };
  });
const asText = fc
  .oneof(played, request, fc.array(fc.oneof(played, request, anyJson), { maxLength: 5 }), anyJson)
  .map((value) => JSON.stringify(value));
/** A frame cut off, or with one character changed. */
const mangled = fc
  .tuple(asText, fc.nat(), fc.string({ minLength: 0, maxLength: 1, unit: 'binary' }))
  .map(
    ([text, at, by]) => text.slice(0, at % (text.length + 1)) + by + text.slice((at % (text.length + 1)) + 1),
  );
const frame = fc.oneof(
  { weight: 6, arbitrary: asText },
  { weight: 2, arbitrary: mangled },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
);

/** Whether a frame, or each request of a batch, is due an answer. */
function isDue(sent: string | Buffer): boolean {
  if (typeof sent !== 'string') return true;
  const isNotification = (value: unknown): boolean => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const { id, jsonrpc, method } = Object(value);
    return id === undefined && jsonrpc === '2.0' && typeof method === 'string';
  };
  try {
    const value: unknown = JSON.parse(sent);
    return Array.isArray(value) ? value.length === 0 || !value.every(isNotification) : !isNotification(value);
  } catch {
    return true;
  }
}

/** A result or an error of the published table, and nothing else. */
function checkAnswer(answer: unknown): void {
  if (Array.isArray(answer)) {
    expect(answer.length).toBeGreaterThan(0);
    for (const one of answer) checkAnswer(one);
    return;
  }
  const { jsonrpc, id, result, error, ...rest } = Object(answer);
  expect({ jsonrpc, rest }).toEqual({ jsonrpc: '2.0', rest: {} });
  expect(id === null || ['string', 'number'].includes(typeof id)).toBe(true);
  expect((result === undefined) !== (error === undefined)).toBe(true);
  if (error === undefined) return;
  const { code, message, data } = error;
  expect(CODES).toContain(code);
  expect(message).toEqual(expect.any(String));
  expect(ERRORS).toHaveProperty(data.name, expect.objectContaining({ code }));
  // Nothing of this may be a fault of the server.
  expect(data.name).not.toBe('internal_error');
}

describeUnless(under.missing, 'a server that is sent whatever comes', () => {
  const home = new Home();
  let served: Served;

  beforeAll(async () => {
    served = await Served.start({
      runtime: under.name,
      home,
      flags: ['--queue-timeout-ms=300', `--pool-max=${POOL_MAX}`],
    });
    expect(await playsWell(served)).toBe(WELL);
  }, BUILD_MS);
  afterAll(async () => {
    await served?.stop();
    home.remove();
  });

  /** Send what the seed says, the same each time. */
  async function sendAll(): Promise<void> {
    let wire: Wire = await served.connect();
    let count = 0;
    const property = fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async (frames) => {
      // Episodes of earlier runs must not fill the pool for good.
      count += 1;
      if (count % 20 === 0) {
        wire.socket.close();
        await wire.closed;
        wire = await served.connect();
      }
      for (const sent of frames) wire.socket.send(sent, { binary: typeof sent !== 'string' });
      const due = frames.filter(isDue).length;
      for (let n = 0; n < due; n += 1) checkAnswer(await wire.answer());
      expect(await wire.result('environments/list')).toHaveProperty('environments');
    });
    try {
      await fc.assert(property, { seed: SEED, numRuns: 200, endOnFailure: true });
    } finally {
      wire.socket.close();
    }
  }

  /**
   * Hold as many Bash episodes at once as the pool has sandboxes at most, then end them: what was sent may have left sandboxes
   * of other images, which have other processes. A reset fails while a sandbox gives way to another.
   */
  async function fillPool(): Promise<void> {
    const fill = async () => {
      const wire = await served.connect();
      try {
        await Promise.all(Array.from({ length: POOL_MAX }, () => wire.reset(task('easy'))));
      } finally {
        wire.socket.close();
        await wire.closed;
      }
    };
    await vi.waitFor(fill, { timeout: 60_000, interval: 200 });
  }

  it('answers each request with a result or a typed error, serves on, and keeps nothing', {
    timeout: 240_000,
  }, async () => {
    // What is made at the first use is there before anything is counted.
    await sendAll();
    await fillPool();
    let before = await atRest(served);
    // A grade may have started one more sandbox, so the same is sent again until as many are there as before.
    for (let left = 4; ; left -= 1) {
      await sendAll();
      await fillPool();
      const { containers } = await atRest(served);
      if (containers === before.containers || left === 0) break;
      before = await atRest(served, containers);
    }
    expect(before.sandboxes.ready).toBeLessThanOrEqual(POOL_MAX + GRADING_RESERVE);
    await nothingLeaks(served, before);
    expect(served.log.filter((line) => /failed unexpectedly|uncaught error/.test(line))).toEqual([]);
    expect(await playsWell(served)).toBe(WELL);
    const episodes = recorded(home.trajectories);
    expect(episodes.filter(({ torn }) => torn > 0)).toEqual([]);
    // Some of it was a whole request: episodes beside the two that were played on purpose.
    expect(episodes.length).toBeGreaterThan(2);
  });
});
