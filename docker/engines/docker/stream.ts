import { Duplex } from 'node:stream';

/** Before each block of output: a type, three zeros, and the block's length as a big-endian `u32`. */
export const blockHeaderBytes = 8;
const stderrType = 2;

/**
 * Standard input and output of an attached container as one stream. Docker sends output in blocks; those of standard
 * error go to a callback.
 */
export class DockerStream extends Duplex {
  readonly #socket: Duplex;
  readonly #onStderr: (chunk: Buffer) => void;
  readonly #header = Buffer.alloc(blockHeaderBytes);
  #headerFilled = 0;
  #remaining = 0;

  constructor(socket: Duplex, onStderr: (chunk: Buffer) => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#onStderr = onStderr;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    socket.on('error', (error: Error) => this.destroy(error));
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #take(chunk: Buffer): void {
    let offset = 0;
    let wantsMore = true;
    while (offset < chunk.length) {
      if (this.#remaining === 0) {
        const taken = chunk.copy(this.#header, this.#headerFilled, offset);
        this.#headerFilled += taken;
        offset += taken;
        if (this.#headerFilled < blockHeaderBytes) break;
        this.#headerFilled = 0;
        this.#remaining = this.#header.readUInt32BE(4);
        continue;
      }
      const block = chunk.subarray(offset, offset + this.#remaining);
      offset += block.length;
      this.#remaining -= block.length;
      if (this.#header[0] === stderrType) this.#onStderr(block);
      else wantsMore = this.push(block);
    }
    if (!wantsMore) this.#socket.pause();
  }
}
