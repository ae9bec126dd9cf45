import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SandboxError } from '../../docker/errors.ts';
import { RunnerChannel } from '../../docker/link/channel.ts';
import { encodeFrame, type FrameHeader } from '../../docker/link/frames.ts';
import { RunnerSandbox } from '../../docker/link/runner-sandbox.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { FakeRunner, settled } from '../docker/fake-engine.ts';
import { SEED } from './fuzz.ts';

/** The calls of a lease that a runner answers, and what their results are made of. */
const CALLS: readonly { readonly call: (sandbox: Sandbox) => Promise<unknown>; readonly shape: unknown }[] = [
  {
    call: (sandbox) => sandbox.run({ code: 'x', timeoutMs: 1_000, maxOutputBytes: 100 }),
    shape: expect.objectContaining({
      output: expect.any(Buffer),
      cwd: expect.any(String),
      durationMs: expect.any(Number),
      timedOut: expect.any(Boolean),
      sessionRestarted: expect.any(Boolean),
    }),
  },
  { call: (sandbox) => sandbox.listFiles('/'), shape: expect.any(Array) },
  { call: (sandbox) => sandbox.diff(), shape: expect.any(Array) },
  { call: (sandbox) => sandbox.getFile('/x'), shape: expect.any(Buffer) },
  { call: (sandbox) => sandbox.mark(), shape: undefined },
];

const anyValue = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.constantFrom(
    { toString: 1, valueOf: 1 },
    { __proto__: null },
    1e308,
    -1,
    0.5,
    '',
    'deadline',
    [],
    Array(10_000).fill(0),
    'x'.repeat(100_000),
  ),
  // Too deep to be written as JSON again.
  fc.integer({ min: 10, max: 60_000 }).map((levels) => new Deep(levels)),
);

/** Nested arrays, which are made as text only. */
class Deep {
  readonly text: string;

  constructor(levels: number) {
    this.text = `${'['.repeat(levels)}${']'.repeat(levels)}`;
  }
}

const FIELDS = [
  'id',
  'ok',
  'code',
  'message',
  'event',
  'version',
  'isolation',
  'session',
  'exit_code',
  'timeout',
];
const MORE_FIELDS = [
  'truncated_bytes',
  'truncated_at',
  'cwd',
  'restarted',
  'duration_us',
  'files',
  'changes',
  'op',
];

/** A reply with the right id and true `ok` more often than chance would have it. */
const anyHeader = fc
  .record({
    usual: fc.constantFrom(
      { ok: true },
      { ok: true, exit_code: 0, cwd: '/', duration_us: 1 },
      { ok: true, files: [], changes: [] },
      { ok: false, code: 'path_refused', message: 'no' },
      { event: 'ready' },
      {},
    ),
    answers: fc.boolean(),
    odd: fc.dictionary(fc.constantFrom(...FIELDS, ...MORE_FIELDS), anyValue, {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  })
  .map(({ usual, answers, odd }) => (id: number) => ({ ...(answers ? { id } : {}), ...usual, ...odd }));

/** A frame whose header may be deeper than `JSON.stringify` goes. */
function encoded(header: FrameHeader, payload: Uint8Array): Buffer {
  const deep = Object.entries(header).filter((entry): entry is [string, Deep] => entry[1] instanceof Deep);
  const plain = Object.fromEntries(Object.entries(header).filter(([, value]) => !(value instanceof Deep)));
  if (deep.length === 0) return encodeFrame(plain, [payload]);
  const rest = JSON.stringify(plain).slice(1, -1);
  const fields = deep.map(([name, { text }]) => `${JSON.stringify(name)}:${text}`);
  const json = Buffer.from(`{${[rest, ...fields].filter((part) => part !== '').join(',')}}`);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(4 + json.length + payload.length, 0);
  head.writeUInt32BE(json.length, 4);
  return Buffer.concat([head, json, payload]);
}

describe('a server whose runner sends whatever it likes', () => {
  it('has every call settled, with a result of the right shape or a typed error', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...CALLS),
      fc.array(fc.tuple(anyHeader, fc.uint8Array({ maxLength: 50 })), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async ({ call, shape }, replies, rubbish) => {
        const [host, inside] = duplexPair();
        const runner = new FakeRunner(inside);
        runner.hello('layer');
        const channel = new RunnerChannel(host);
        await channel.ready;
        const image = { name: 'fuzz', digest: 'sha256:0' };
        const sandbox = new RunnerSandbox(
          { id: 'fuzz', image, engine: 'local', programs: 'machine', isolation: 'layer', channel },
          () => {},
        );
        const answered = new Promise<void>((resolve) => {
          const answer = (id: number): never => {
            for (const [header, payload] of replies) runner.sendRaw(encoded(header(id), payload));
            if (rubbish) runner.sendRaw(Buffer.from([0xff, 0xff, 0xff, 0xff]));
            resolve();
            return undefined as never;
          };
          for (const op of ['run', 'list', 'diff', 'get', 'mark']) {
            runner.answer(op, ({ header }) => {
              answer(Number(header.id));
              return new Promise(() => {});
            });
          }
        });
        const outcome = call(sandbox).then(
          (result) => ({ result }),
          (error: unknown) => ({ error }),
        );
        await answered;
        await settled();
        // What nobody answered ends with the stream.
        runner.end();
        const told = await outcome;
        if ('error' in told) expect(told.error).toBeInstanceOf(SandboxError);
        else expect(told.result).toEqual(shape);
        expect(channel.pendingRequests).toBe(0);
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 600 });
  });
});
