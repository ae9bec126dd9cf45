import type { Container } from './engine.ts';
import { FrameDecoder } from './frames.ts';
import { Hello } from './runner-replies.ts';

/**
 * What the runner of a container that nobody uses yet says of itself. The stream is read; the container is of no
 * further use.
 * @throws {Error} when it says nothing in time, or something else
 */
export async function readHello(container: Container, timeoutMs: number): Promise<Hello> {
  const { stream } = container;
  let timer: NodeJS.Timeout | undefined;
  const said = new Promise<Hello>((resolve, reject) => {
    const decoder = new FrameDecoder((header) => resolve(Hello.parse(header)));
    stream.on('data', (chunk: Buffer) => {
      try {
        decoder.push(chunk);
      } catch (error) {
        reject(error);
      }
    });
    stream.on('error', reject);
    timer = setTimeout(() => reject(new Error('the runner said nothing')), timeoutMs);
  });
  const ended = container.exited.then(({ reason }) => {
    throw new Error(`the runner ended (${reason})`);
  });
  ended.catch(() => {});
  try {
    return await Promise.race([said, ended]);
  } finally {
    clearTimeout(timer);
  }
}
