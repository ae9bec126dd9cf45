import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { homeOfKey, socketOf, type WorkerPlace } from './place.ts';

/** Marks a request that another worker has handed over, so that it goes no further. */
const HANDED_OVER = 'x-stepwell-worker';

/** Routes of OpenEnv that are the same on each worker. */
const SAME_EVERYWHERE = /^\/(health|metadata|schema|openapi\.json|ws)$/;

/**
 * The worker that has the session of a request; `undefined` if each worker can answer it. Episodes of clients without a
 * socket are with one worker: for OpenEnv's HTTP routes and MCP that of the environment, for ORS that of the session's id.
 */
export function homeOfRequest(
  { headers, url = '/' }: Pick<IncomingMessage, 'headers' | 'url'>,
  count: number,
): number | undefined {
  const session = headers['x-session-id'];
  if (typeof session === 'string') return homeOfKey(session, count);
  const [path = '/', query = ''] = url.split('?', 2);
  const [, front, environment = '', rest = ''] = /^\/(mcp|openenv)\/([^/]+)(.*)$/.exec(path) ?? [];
  if (front === undefined) return undefined;
  const isSession = rest === '/ws' && new URLSearchParams(query).has('session_id');
  if (front === 'openenv' && SAME_EVERYWHERE.test(rest) && !isSession) return undefined;
  return homeOfKey(`${front}/${environment}`, count);
}

/** Let another worker answer a request. Its body is not read yet. */
function handOver(
  incoming: IncomingMessage,
  response: ServerResponse,
  place: WorkerPlace,
  home: number,
): void {
  const { headers, method, url } = incoming;
  const outgoing = request(
    {
      socketPath: socketOf(place, home),
      method,
      path: url,
      headers: { ...headers, [HANDED_OVER]: String(home) },
      agent: false,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  outgoing.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(503, { 'content-type': 'application/json' }).end(AWAY);
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}

const AWAY = JSON.stringify({ detail: 'The worker of this session is starting again: try again soon.' });

/** Let another worker have the socket of an upgrade. A client sends nothing on it before it has the answer. */
function handOverSocket(
  { headers, method, url }: IncomingMessage,
  socket: Duplex,
  place: WorkerPlace,
  home: number,
): void {
  const other = connect(socketOf(place, home), () => {
    const lines = Object.entries({ ...headers, [HANDED_OVER]: String(home) }).flatMap(([name, value]) =>
      [value].flat().map((one) => `${name}: ${one}`),
    );
    other.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    socket.pipe(other).pipe(socket);
  });
  other.on('error', () => socket.destroy());
  socket.on('error', () => other.destroy());
  other.on('close', () => socket.destroy());
  socket.on('close', () => other.destroy());
}

/** Hands requests over to the workers that have their sessions. */
export class Handover {
  readonly #place: WorkerPlace;

  constructor(place: WorkerPlace) {
    this.#place = place;
  }

  /** Add it to the app, after the check of the token. */
  register(app: FastifyInstance): void {
    app.addHook('onRequest', async ({ raw }, reply) => {
      const home = homeOfRequest(raw, this.#place.count);
      const isHere = home === undefined || home === this.#place.index;
      if (isHere || reply.sent || raw.headers[HANDED_OVER] !== undefined) return;
      reply.hijack();
      if (raw.headers.upgrade === undefined) handOver(raw, reply.raw, this.#place, home);
      else {
        const { socket } = raw;
        reply.raw.detachSocket(socket);
        handOverSocket(raw, socket, this.#place, home);
      }
    });
  }
}
