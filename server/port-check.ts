import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Take a port and give it back, so that one in use is told before anything is started.
 * @param port 0 (any free port) is not looked at
 * @throws {Error} `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const holder = createServer((socket) => socket.destroy());
  holder.listen({ host, port });
  await once(holder, 'listening');
  await new Promise((resolve) => holder.close(resolve));
}
