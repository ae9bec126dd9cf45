import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import type { Config } from './config.ts';
import type { Doorkeeper } from './doorkeeper.ts';

/** Longest time between two looks for connections that are late, in milliseconds. */
const MAX_LOOK_MS = 1_000;

/** How long a connection may idle between two requests, in milliseconds: longer than clients' pools keep theirs. */
const KEEP_ALIVE_MS = 72_000;

/** Most requests of one connection that are not answered, or whose answers the client has not taken. */
const MAX_PIPELINED = 64;

/** Close a connection that sends requests without waiting for their answers: each takes some kilobytes. */
function bounded(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // What was read together with earlier requests is parsed all the same.
    if (socket.destroyed) return;
    const count = (waiting.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    listener(request, response);
  };
}

/** The HTTP server below the app: what is late is closed, what is too much is not let in. */
export function makeHttpServer(config: Config, doorkeeper: Doorkeeper, listener: RequestListener): Server {
  const { connect_timeout_ms, request_timeout_ms } = config;
  const server = createServer(
    {
      headersTimeout: connect_timeout_ms,
      requestTimeout: Math.max(connect_timeout_ms, request_timeout_ms),
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(MAX_LOOK_MS, connect_timeout_ms),
    },
    bounded(listener),
  );
  server.on('connection', (socket) => doorkeeper.open(socket));
  return server;
}

/**
 * Take a port and give it back, so that one in use is told before anything is started.
 * @param port 0 (any free port) is not looked at
 * @throws {Error} `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`
 */
export async function requireFreePort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const holder = createTcpServer((socket) => socket.destroy());
  holder.listen({ host, port });
  await once(holder, 'listening');
  await new Promise((resolve) => holder.close(resolve));
}
