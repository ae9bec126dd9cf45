import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import type { Config } from '../config/config.ts';
import type { Doorkeeper } from './doorkeeper.ts';

/** Maximum interval between two searches for late connections, in milliseconds. */
const MAX_LOOK_MS = 1_000;

/** Maximum idle time of a connection between two requests, in milliseconds. Longer than in clients' connection pools. */
const KEEP_ALIVE_MS = 72_000;

/** Maximum requests of one connection whose answers the client has not read. */
const MAX_PIPELINED = 64;

/** Close a connection that sends too many requests without reading their answers: each takes some kilobytes. */
function bounded(listener: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // Requests that arrived in the same chunk are still parsed.
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

/** The HTTP server below the app. It closes late connections and those above the limits. */
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
 * Bind a port and release it, so that a port in use or a wrong host is reported before anything starts.
 * @param port 0 is any free port
 * @returns the port that was free
 * @throws {Error} `EADDRINUSE`, `EADDRNOTAVAIL` or `EACCES`; `ENOTFOUND` or `EAI_AGAIN` for a host without an address
 */
export async function freePort(host: string, port: number): Promise<number> {
  const holder = createTcpServer((socket) => socket.destroy());
  holder.listen({ host, port });
  await once(holder, 'listening');
  const { port: found } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return found;
}
