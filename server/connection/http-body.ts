import type { Readable } from 'node:stream';
import { errorCodes } from 'fastify';

/** Minimum size of a body's Buffer, in bytes. */
const LEAST = 1_024;

/**
 * Read a body into one Buffer. A Buffer per chunk would take some hundred bytes for a chunk of one byte.
 * @throws {Error} with `statusCode` 413 if it is longer than the limit, 400 if it is not complete
 */
export function readBody(stream: Readable, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = Buffer.alloc(0);
    let length = 0;
    const settle = (): void => {
      stream.off('data', take);
      stream.off('end', end);
      stream.off('error', fail);
    };
    const take = (chunk: Buffer): void => {
      const needed = length + chunk.length;
      if (needed > limitBytes) {
        settle();
        reject(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
        return;
      }
      if (needed > body.length) {
        const larger = Buffer.allocUnsafe(Math.min(limitBytes, Math.max(LEAST, needed, 2 * body.length)));
        body.copy(larger, 0, 0, length);
        body = larger;
      }
      chunk.copy(body, length);
      length = needed;
    };
    const end = (): void => {
      settle();
      resolve(body.toString('utf8', 0, length));
    };
    const fail = (error: Error): void => {
      settle();
      reject(Object.assign(error, { statusCode: 400 }));
    };
    stream.on('data', take);
    stream.on('end', end);
    stream.on('error', fail);
  });
}
