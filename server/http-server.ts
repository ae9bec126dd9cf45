import { createServer, type RequestListener, type Server } from 'node:http';
import type { Config } from './config.ts';
import type { Doorkeeper } from './doorkeeper.ts';

/** Longest time between two looks for connections that are late, in milliseconds. */
const MAX_LOOK_MS = 1_000;

/** How long a connection may idle between two requests, in milliseconds: longer than clients' pools keep theirs. */
const KEEP_ALIVE_MS = 72_000;

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
    listener,
  );
  server.on('connection', (socket) => doorkeeper.open(socket));
  return server;
}
