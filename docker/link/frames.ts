/** The runner's frames: `u32` length of the rest, `u32` length of the header, the header as JSON, the payload. */

/** Largest length that a frame may announce: 64 MiB. */
export const MAX_FRAME_BYTES = 64 * 1024 * 1024;

const LENGTH_BYTES = 4;

/** A frame's header, a JSON object. */
export type FrameHeader = Readonly<Record<string, unknown>>;

/** A piece of payload; text is sent as UTF-8. */
export type PayloadPart = string | Uint8Array;

/** Bytes that are not a frame, or a frame that is too large. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
  readonly code: 'frame_too_large' | 'frame_malformed';

  constructor(code: FrameError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Encode a frame as one buffer, with the parts of the payload in order.
 * @throws {FrameError} `frame_too_large`
 */
export function encodeFrame(header: FrameHeader, payload: readonly PayloadPart[] = []): Buffer {
  const json = JSON.stringify(header);
  const jsonBytes = Buffer.byteLength(json);
  let total = LENGTH_BYTES + jsonBytes;
  for (const part of payload) total += partBytes(part);
  checkLength(total);
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + total);
  frame.writeUInt32BE(total, 0);
  frame.writeUInt32BE(jsonBytes, LENGTH_BYTES);
  let offset = 2 * LENGTH_BYTES;
  offset += frame.write(json, offset);
  for (const part of payload) {
    if (typeof part === 'string') frame.write(part, offset);
    else frame.set(part, offset);
    offset += partBytes(part);
  }
  return frame;
}

/** Size of a payload part on the wire, in bytes. */
export function partBytes(part: PayloadPart): number {
  return typeof part === 'string' ? Buffer.byteLength(part) : part.byteLength;
}

/**
 * Decodes a byte stream, in chunks of any size, into frames. A frame that is completely in one chunk is not copied:
 * its payload is a view of the chunk. The decoder cannot be used after an error.
 */
export class FrameDecoder {
  readonly #onFrame: (header: FrameHeader, payload: Buffer) => void;
  readonly #prefix = Buffer.allocUnsafe(LENGTH_BYTES);
  #prefixFilled = 0;
  #body: Buffer | null = null;
  #bodyFilled = 0;

  /** @param onFrame called for each frame, in order, before `push` returns */
  constructor(onFrame: (header: FrameHeader, payload: Buffer) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws {FrameError} `frame_too_large`, `frame_malformed` */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#body !== null) {
        offset = this.#fillBody(this.#body, chunk, offset);
        continue;
      }
      if (this.#prefixFilled > 0 || chunk.length - offset < LENGTH_BYTES) {
        const end = Math.min(chunk.length, offset + LENGTH_BYTES - this.#prefixFilled);
        this.#prefixFilled += chunk.copy(this.#prefix, this.#prefixFilled, offset, end);
        offset = end;
        if (this.#prefixFilled < LENGTH_BYTES) return;
        this.#prefixFilled = 0;
        this.#openBody(checkLength(this.#prefix.readUInt32BE(0)));
        continue;
      }
      const total = checkLength(chunk.readUInt32BE(offset));
      offset += LENGTH_BYTES;
      if (chunk.length - offset >= total) {
        this.#emit(chunk.subarray(offset, offset + total));
        offset += total;
      } else {
        this.#openBody(total);
      }
    }
  }

  #openBody(total: number): void {
    this.#body = Buffer.allocUnsafe(total);
    this.#bodyFilled = 0;
  }

  #fillBody(body: Buffer, chunk: Buffer, offset: number): number {
    const end = Math.min(chunk.length, offset + body.length - this.#bodyFilled);
    this.#bodyFilled += chunk.copy(body, this.#bodyFilled, offset, end);
    if (this.#bodyFilled === body.length) {
      this.#body = null;
      this.#emit(body);
    }
    return end;
  }

  #emit(body: Buffer): void {
    const headerEnd = LENGTH_BYTES + body.readUInt32BE(0);
    if (headerEnd > body.length) {
      throw new FrameError('frame_malformed', 'The header of a frame is longer than the frame.');
    }
    this.#onFrame(parseHeader(body.toString('utf8', LENGTH_BYTES, headerEnd)), body.subarray(headerEnd));
  }
}

/** Refuses an invalid length. The minimum is 4, for the length of the header. */
function checkLength(total: number): number {
  if (total > MAX_FRAME_BYTES) {
    throw new FrameError(
      'frame_too_large',
      `A frame of ${total} bytes is over the limit of ${MAX_FRAME_BYTES}.`,
    );
  }
  if (total < LENGTH_BYTES) {
    throw new FrameError('frame_malformed', `A frame of ${total} bytes has no room for its header's length.`);
  }
  return total;
}

function parseHeader(json: string): FrameHeader {
  let header: unknown;
  try {
    header = JSON.parse(json);
  } catch (cause) {
    throw new FrameError('frame_malformed', 'The header of a frame is not JSON.', { cause });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new FrameError('frame_malformed', 'The header of a frame is not a JSON object.');
  }
  return header as FrameHeader;
}
