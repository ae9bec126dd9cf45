import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Take a port before there is a server for it, so that a port in use is told before anything is started. Whoever connects
 * meanwhile is cut off.
 * @param port 0 (any free port) takes none
 * @returns gives the port up; a second call does nothing
 * @throws {Error} `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`
 */
export async function holdPort(host: string, port: number): Promise<() => Promise<void>> {
  if (port === 0) return async () => {};
  const holder = createServer((socket) => socket.destroy());
  holder.listen({ host, port });
  await once(holder, 'listening');
  const closed = once(holder, 'close');
  return async () => {
    holder.close();
    await closed;
  };
}
