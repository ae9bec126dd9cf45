import { type Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DockerStream } from '../../../../docker/engines/docker/stream.ts';
import { Tail } from '../../../../docker/engines/tail.ts';

interface Block {
  readonly type: number;
  readonly content: Uint8Array;
}

function encode(blocks: readonly Block[]): Buffer {
  return Buffer.concat(
    blocks.map(({ type, content }) => {
      const header = Buffer.alloc(8);
      header[0] = type;
      header.writeUInt32BE(content.length, 4);
      return Buffer.concat([header, content]);
    }),
  );
}

function contentOf(blocks: readonly Block[], type: number): Buffer {
  return Buffer.concat(blocks.filter((block) => block.type === type).map(({ content }) => content));
}

function attach(): { engine: Duplex; stream: DockerStream; errors: Buffer[] } {
  const [engine, socket] = duplexPair();
  const errors: Buffer[] = [];
  return { engine, stream: new DockerStream(socket, (chunk) => errors.push(chunk)), errors };
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('an attached stream', () => {
  it('gives the output as it was, however the engine cuts it, and the errors apart', async () => {
    const block = fc.record({ type: fc.constantFrom(1, 2), content: fc.uint8Array({ maxLength: 40 }) });
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(fc.array(block), cuts, async (blocks, sizes) => {
        const { engine, stream, errors } = attach();
        const output = readAll(stream);
        const bytes = encode(blocks);
        for (let offset = 0, turn = 0; offset < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          engine.write(bytes.subarray(offset, offset + size));
          offset += size;
        }
        engine.end();
        expect(await output).toEqual(contentOf(blocks, 1));
        expect(Buffer.concat(errors)).toEqual(contentOf(blocks, 2));
      }),
      { numRuns: 60 },
    );
  });

  it('sends what is written as it is', async () => {
    const { engine, stream } = attach();
    stream.write('one ');
    stream.end('two');
    expect((await readAll(engine)).toString()).toBe('one two');
  });

  it('does not read on while nobody takes its output', async () => {
    const { engine, stream } = attach();
    const content = Buffer.alloc(1024, 'x');
    let written = 0;
    while (engine.write(encode([{ type: 1, content }]))) written += 1;
    engine.end();
    expect(stream.readableLength).toBeLessThan(100 * content.length);
    expect((await readAll(stream)).length).toBe((written + 1) * content.length);
  });

  it('ends when the connection ends', async () => {
    const { engine, stream } = attach();
    engine.end();
    expect(await readAll(stream)).toHaveLength(0);
    expect(stream.destroyed).toBe(true);
  });

  it('fails when the connection fails', async () => {
    const [, socket] = duplexPair();
    const stream = new DockerStream(socket, () => {});
    socket.destroy(new Error('reset by peer'));
    await expect(readAll(stream)).rejects.toThrow('reset by peer');
  });

  it('ends the connection when it is destroyed', async () => {
    const [, socket] = duplexPair();
    new DockerStream(socket, () => {}).destroy();
    expect(socket.destroyed).toBe(true);
  });
});

describe('a tail', () => {
  it('keeps the last bytes', () => {
    const tail = new Tail(5);
    expect(tail.isEmpty).toBe(true);
    tail.push(Buffer.from('abc'));
    tail.push(Buffer.from('defg'));
    expect(tail.isEmpty).toBe(false);
    expect(`${tail}`).toBe('cdefg');
  });
});
