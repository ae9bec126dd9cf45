import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Container } from '../../docker/engine.ts';
import { encodeFrame, FrameDecoder, type FrameHeader } from '../../docker/link/frames.ts';
import { BUILD_MS, engineCases, type OpenEngine } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { LIMITS } from '../security/bench.ts';
import { SEED } from './fuzz.ts';

/**
 * Error codes of the runner's README, but for `abandoned`: nothing here asks for a reset meanwhile. A field of the wrong kind
 * is a `fault`, since no server sends one.
 */
const CODES = ['path_not_found', 'path_refused', 'file_too_large', 'not_supported', 'bad_request', 'fault'];

/** A container whose frames go to and from a test, with no channel between. */
class Bare {
  readonly #container: Container;
  readonly #waiting = new Map<unknown, (header: FrameHeader) => void>();
  readonly #ready: Promise<void>;
  /** Settles when the runner has ended. */
  readonly ended: Promise<void>;
  #last = 0;

  private constructor(container: Container) {
    this.#container = container;
    let ready = (): void => {};
    this.#ready = new Promise((resolve) => {
      ready = resolve;
    });
    const decoder = new FrameDecoder((header) => {
      if (header.event === 'ready') ready();
      this.#waiting.get(header.id)?.(header);
      this.#waiting.delete(header.id);
    });
    container.stream.on('data', (chunk: Buffer) => decoder.push(chunk));
    container.stream.on('error', () => {});
    this.ended = new Promise((resolve) => container.stream.once('close', resolve));
  }

  static async start({ engine }: OpenEngine): Promise<Bare> {
    const bare = new Bare(await engine.start({ image: 'bash', limits: LIMITS, network: 'none' }));
    await bare.#ready;
    return bare;
  }

  /** The reply to one request, or `null` when the runner ends before it. */
  async ask(fields: FrameHeader, payload: Uint8Array): Promise<FrameHeader | null> {
    this.#last += 1;
    const id = this.#last;
    const reply = new Promise<FrameHeader>((resolve) => this.#waiting.set(id, resolve));
    this.send(encodeFrame({ ...fields, id }, [payload]));
    return Promise.race([reply, this.ended.then(() => null)]);
  }

  send(bytes: Buffer): void {
    this.#container.stream.write(bytes);
  }

  async remove(): Promise<void> {
    await this.#container.remove();
  }
}

const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 3 });
const path = fc.constantFrom(
  '/',
  '/tmp/a',
  '/tmp/a/b',
  '/etc/passwd',
  '/proc/1/mem',
  '/../x',
  'relative',
  '',
  '/a\u0000b',
  '/\ud800',
  `/${'x/'.repeat(3_000)}`,
  '/dev/zero',
);
const number = fc.constantFrom<number>(0, 1, 100, -1, 0.5, 2 ** 31, 2 ** 64, -(2 ** 64), 1e308);
/** Nothing here lets a program run long: deadlines are short, or of the wrong kind. */
const short = fc.constantFrom<fc.JsonValue>(0, 1, 100, -1, 0.5, null, 'soon', [], {});
const entry = fc.record(
  {
    path,
    type: fc.constantFrom('file', 'directory', 'symlink', 'fifo', ''),
    mode: number,
    mtime: number,
    target: path,
    length: number,
  },
  { requiredKeys: [] },
);
const fields = fc.record(
  {
    path: fc.oneof(path, anyJson),
    max_bytes: fc.oneof(number, anyJson),
    timeout_ms: short,
    idle_timeout_ms: short,
    linger_ms: short,
    max_output: fc.oneof(number, anyJson),
    code_length: fc.oneof(number, anyJson),
    has_stdin: fc.oneof(fc.boolean(), anyJson),
    entries: fc.oneof(fc.array(fc.oneof(entry, anyJson), { maxLength: 3 }), anyJson),
    argv: fc.oneof(
      fc.constantFrom<fc.JsonValue>(['true'], ['/bin/echo', 'x'], ['/none'], [], [1], ['a\u0000']),
      anyJson,
    ),
    cwd: fc.oneof(path, anyJson),
    env: fc.oneof(fc.constantFrom<fc.JsonValue>({}, { A: 'b' }, { A: 1 }, { 'A=': '\u0000' }), anyJson),
    mode: fc.oneof(fc.constantFrom('stop', 'resume', 'kill', 'freeze'), anyJson),
  },
  { requiredKeys: [] },
);
const op = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'run',
      'put',
      'get',
      'list',
      'mark',
      'diff',
      'exec',
      'inspect',
      'quiesce',
      'reset',
      'ping',
    ),
  },
  fc.constantFrom('__class__', 'serve', ''),
);
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constant(Buffer.from('echo x')),
  fc.constant(Buffer.from('exit 3')),
);

const engines = await engineCases();
const under = engines.find(({ missing }) => missing === null) ?? engines[0];
if (under === undefined) throw new Error('there are no engines');

describeUnless(under.missing, 'a runner that is sent whatever comes', () => {
  let open: OpenEngine;
  let bare: Bare;

  beforeAll(async () => {
    open = await under.open();
    bare = await Bare.start(open);
  }, BUILD_MS);
  afterAll(async () => {
    await bare?.remove();
    await open?.close();
  });

  const runs = (): Promise<FrameHeader | null> =>
    bare.ask(
      { op: 'run', timeout_ms: 5_000, max_output: 100, code_length: 4, has_stdin: false },
      Buffer.from('true'),
    );

  it('answers each request, refuses what it cannot do, and goes on', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(op, fields, payload, async (name, given, bytes) => {
      const reply = await bare.ask({ op: name, ...given }, bytes);
      expect(reply).toMatchObject({ ok: expect.any(Boolean) });
      if (reply?.ok === false)
        expect([reply.code, reply.message]).toEqual([expect.toBeOneOf(CODES), expect.any(String)]);
      expect(await bare.ask({ op: 'ping' }, Buffer.alloc(0))).toMatchObject({ ok: true });
    });
    await fc.assert(property, { seed: SEED, numRuns: 250, endOnFailure: true });
    await bare.ask({ op: 'reset' }, Buffer.alloc(0));
    expect(await runs()).toMatchObject({ ok: true, exit_code: 0 });
  });

  it('resets after a program beside the session whose request went wrong once it ran', async () => {
    const beside = {
      op: 'exec',
      argv: ['/bin/sleep', '60'],
      cwd: '/',
      env: {},
      timeout_ms: 50,
      max_output: 10,
    };
    for (const wrong of [{ linger_ms: 'soon' }, { max_output: 'all' }, { timeout_ms: [] }]) {
      expect(await bare.ask({ ...beside, ...wrong }, Buffer.alloc(0))).toMatchObject({ ok: false });
      expect(await bare.ask({ op: 'reset' }, Buffer.alloc(0))).toMatchObject({ ok: true });
      expect(await runs()).toMatchObject({ ok: true, exit_code: 0 });
    }
  });

  it.each([
    ['that is no JSON', encodeFrame({}, []).subarray(0, 8), Buffer.from('{]')],
    ['that is no object', encodeFrame({}, []).subarray(0, 8), Buffer.from('[]')],
    ['without an operation', encodeFrame({ id: 1 }), Buffer.alloc(0)],
    ['without a number', encodeFrame({ op: 'run' }), Buffer.alloc(0)],
    ['too large', Buffer.from('7fffffff00000002', 'hex'), Buffer.from('{}')],
  ])('ends at a header %s, and the next one serves', async (_, head, rest) => {
    bare.send(Buffer.concat([head, rest]));
    await bare.ended;
    await bare.remove();
    bare = await Bare.start(open);
    expect(await runs()).toMatchObject({ ok: true, exit_code: 0 });
  });
});
