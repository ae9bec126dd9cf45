import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeFrame, FrameDecoder, FrameError, type FrameHeader } from '../../docker/link/frames.ts';
import { SEED } from './fuzz.ts';

const PROBE = fileURLToPath(new URL('./codec_probe.py', import.meta.url));
const RUNNER = fileURLToPath(new URL('../../docker/runner', import.meta.url));

interface Decoded {
  readonly frames: readonly (readonly [FrameHeader, string])[];
  readonly again: string;
  readonly end: string;
}

/** What the codec in TypeScript makes of a stream. */
function decodedHere(stream: Buffer): Pick<Decoded, 'frames'> & { readonly refused: boolean } {
  const frames: [FrameHeader, string][] = [];
  const decoder = new FrameDecoder((header, payload) => frames.push([header, payload.toString('hex')]));
  try {
    decoder.push(stream);
    return { frames, refused: false };
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { frames, refused: true };
  }
}

/** The codec in Python, in one process for all streams. */
class Probe {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor() {
    this.#child = spawn('python3', ['-I', '-B', PROBE, RUNNER]);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#child.stderr.on('data', (data) => {
      this.#errors += data;
    });
    this.#child.stdin.on('error', () => {});
  }

  async decoded(stream: Buffer): Promise<Decoded> {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(stream.length);
    this.#child.stdin.write(Buffer.concat([length, stream]));
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value);
    if (this.#child.exitCode === null) await once(this.#child, 'close');
    throw new Error(`the codec did not take a stream:\n${this.#errors}`);
  }

  close(): void {
    this.#child.stdin.end();
  }
}

const anyHeader = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }), {
  noNullPrototype: true,
});
const wellFormed = fc
  .tuple(anyHeader, fc.uint8Array({ maxLength: 100 }))
  .map(([header, payload]) => encodeFrame(header, [payload]));
/** Lengths that do not fit what follows, headers that are no JSON, or none of an object. */
const odd = fc
  .record({
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.constantFrom(
        '{"a":NaN}',
        '{"a":Infinity}',
        '{"a":1e999}',
        '[]',
        '1',
        'null',
        '"x"',
        '{"a":1}{',
        '\ufeff{}',
      ),
      fc.integer({ min: 1, max: 100_000 }).map((levels) => '['.repeat(levels)),
      fc
        .integer({ min: 1, max: 100_000 })
        .map((levels) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`),
      fc.integer({ min: 1, max: 6_000 }).map((digits) => `{"a":${'9'.repeat(digits)}}`),
    ),
    longer: fc.constantFrom(0, 0, 0, 1, -1, 2 ** 26, 2 ** 31),
    headerLonger: fc.constantFrom(0, 0, 0, 1, -1, 2 ** 31),
  })
  .map(({ text, longer, headerLonger }) => {
    const bytes = Buffer.from(text);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(Math.max(0, 4 + bytes.length + longer) % 2 ** 32, 0);
    head.writeUInt32BE(Math.max(0, bytes.length + headerLonger) % 2 ** 32, 4);
    return Buffer.concat([head, bytes]);
  });
const rubbish = fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes));
/** UTF-8 in a header gone wrong. */
const broken = fc.tuple(wellFormed, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([bytes, at, byte]) => {
  const copy = Buffer.from(bytes);
  copy[8 + (at % Math.max(1, copy.length - 8))] = byte;
  return copy;
});
const anyStream = fc
  .array(fc.oneof({ weight: 4, arbitrary: wellFormed }, odd, rubbish, broken), { minLength: 1, maxLength: 4 })
  .map((parts) => Buffer.concat(parts));

describe("the codecs of the runner's frames", () => {
  let probe: Probe;

  beforeAll(() => {
    probe = new Probe();
  });
  afterAll(() => probe.close());

  it('read each other in both directions', async () => {
    const frames = fc.array(wellFormed, { minLength: 1, maxLength: 5 });
    const property = fc.asyncProperty(frames, async (sent) => {
      const stream = Buffer.concat(sent);
      const there = await probe.decoded(stream);
      expect(there.end).toBe('end of input');
      expect(there.frames).toEqual(decodedHere(stream).frames);
      expect(decodedHere(Buffer.from(there.again, 'hex')).frames).toEqual(there.frames);
    });
    await fc.assert(property, { seed: SEED, numRuns: 200 });
  });

  it('take whatever comes for frames or for the end of the channel, and never fail otherwise', async () => {
    const property = fc.asyncProperty(anyStream, async (stream) => {
      const there = await probe.decoded(stream);
      const here = decodedHere(stream);
      expect(['end of input', 'malformed frame']).toContain(there.end);
      // The runner is the stricter one: bytes that are no UTF-8, and headers too deep for it.
      expect(there.frames).toEqual(here.frames.slice(0, there.frames.length));
      if (there.end === 'end of input') expect(here.frames).toEqual(there.frames);
    });
    await fc.assert(property, { seed: SEED, numRuns: 500 });
  });
});
