import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeFrame,
  FrameDecoder,
  FrameError,
  type FrameHeader,
  MAX_FRAME_BYTES,
} from '../../../docker/link/frames.ts';

interface Frame {
  readonly header: FrameHeader;
  readonly payload: Buffer;
}

function decode(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = [];
  const decoder = new FrameDecoder((header, payload) =>
    frames.push({ header, payload: Buffer.from(payload) }),
  );
  for (const chunk of chunks) decoder.push(chunk);
  return frames;
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof FrameError) return error.code;
    throw error;
  }
  return 'no error';
}

/** Bytes of a frame with an arbitrary announced length and header. */
function raw(total: number, headerLength: number, rest: string): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(total, 0);
  head.writeUInt32BE(headerLength, 4);
  return Buffer.concat([head, Buffer.from(rest)]);
}

const anyFrame = fc.record({
  header: fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean()), {
    noNullPrototype: true,
  }),
  payload: fc.uint8Array({ maxLength: 200 }),
});

describe('frames', () => {
  it('are laid out as two big-endian lengths, the JSON header and the payload', () => {
    const frame = encodeFrame({ a: 1 }, ['é', Buffer.from([0, 255])]);
    expect(frame.toString('hex')).toBe(
      ['0000000f', '00000007', Buffer.from('{"a":1}').toString('hex'), 'c3a9', '00ff'].join(''),
    );
  });

  it('come back whole wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        (sent, sizes) => {
          const bytes = Buffer.concat(sent.map(({ header, payload }) => encodeFrame(header, [payload])));
          const chunks: Buffer[] = [];
          for (let offset = 0, i = 0; offset < bytes.length; i += 1) {
            const size = sizes[i % sizes.length] ?? 1;
            chunks.push(bytes.subarray(offset, offset + size));
            offset += size;
          }
          const expected = sent.map(({ header, payload }) => ({ header, payload: Buffer.from(payload) }));
          expect(decode(chunks)).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('carry paths that are no UTF-8 as lone surrogates', () => {
    const header = { path: '/a\udc80b' };
    expect(decode([encodeFrame(header)])).toEqual([{ header, payload: Buffer.alloc(0) }]);
  });

  it('are not copied when a chunk holds them whole', () => {
    const chunk = Buffer.concat([encodeFrame({ n: 1 }, ['one']), encodeFrame({ n: 2 }, ['two'])]);
    const payloads: Buffer[] = [];
    new FrameDecoder((_, payload) => payloads.push(payload)).push(chunk);
    expect(payloads.map((payload) => payload.buffer === chunk.buffer)).toEqual([true, true]);
    expect(payloads.map(String)).toEqual(['one', 'two']);
  });

  it('are refused over 64 MiB, when sent and when announced', () => {
    const overhead = 4 + JSON.stringify({}).length;
    const largest = Buffer.alloc(MAX_FRAME_BYTES - overhead);
    expect(encodeFrame({}, [largest]).readUInt32BE(0)).toBe(MAX_FRAME_BYTES);
    expect(codeOf(() => encodeFrame({}, [largest, 'x']))).toBe('frame_too_large');
    expect(codeOf(() => decode([raw(MAX_FRAME_BYTES + 1, 2, '')]))).toBe('frame_too_large');
    expect(codeOf(() => decode([raw(MAX_FRAME_BYTES, 2, '')]))).toBe('no error');
    const cut = raw(MAX_FRAME_BYTES + 1, 2, '');
    expect(codeOf(() => decode([cut.subarray(0, 3), cut.subarray(3)]))).toBe('frame_too_large');
  });

  it.each([
    ['no room for the header length', raw(3, 0, '')],
    ['a header longer than the frame', raw(6, 3, '{}')],
    ['a header that is no JSON', raw(6, 2, '{]')],
    ['a header that is no object', raw(6, 2, '[]')],
    ['an empty header', raw(4, 0, '')],
  ])('are malformed with %s', (_, bytes) => {
    expect(codeOf(() => decode([bytes]))).toBe('frame_malformed');
  });
});
