import { once } from 'node:events';
import { isIP, type LookupFunction } from 'node:net';
import WebSocket from 'ws';
import { ERRORS } from '../../protocol/errors.ts';
import { AbortedError, ConnectError } from './call-errors.ts';
import { timerMs } from './client-options.ts';
import { UnauthorizedError } from './errors.ts';

export interface OpenOptions {
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string;
  /** Maximum time until the socket is open, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Maximum size of a frame from the server, in bytes. */
  readonly maxFrameBytes: number;
  /** IP address to connect to, whatever the URL's host resolves to. */
  readonly hostAddress?: string;
  readonly signal?: AbortSignal;
}

/**
 * The WebSocket address of a server: `http` and `https` become `ws` and `wss`, and an
 * address without a path gets `/v1`.
 * @throws {ConnectError} it is not an address
 */
export function endpoint(address: string): string {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new ConnectError(`"${address}" is not an address like ws://127.0.0.1:8765`, {
      cause,
      retryable: false,
    });
  }
  if (url.protocol === 'http:') url.protocol = 'ws:';
  if (url.protocol === 'https:') url.protocol = 'wss:';
  if (url.protocol !== 'ws:' && url.protocol !== 'wss:') {
    throw new ConnectError(`"${address}" is not an address like ws://127.0.0.1:8765`, { retryable: false });
  }
  if (url.pathname === '/') url.pathname = '/v1';
  url.hash = '';
  return url.href;
}

/**
 * Open a socket at an address of `endpoint`. `attach` is called before anything can arrive on it.
 * @throws {ConnectError} refused, unreachable, no WebSocket there, or too slow
 * @throws {UnauthorizedError} the server refused the token at the upgrade
 */
export async function openSocket<T>(
  url: string,
  options: OpenOptions,
  attach: (socket: WebSocket) => T,
): Promise<T> {
  const socket = new WebSocket(url, {
    headers: options.token === undefined ? {} : { authorization: `Bearer ${options.token}` },
    handshakeTimeout: timerMs(options.connectTimeoutMs),
    maxPayload: options.maxFrameBytes,
    perMessageDeflate: false,
    ...(options.hostAddress === undefined ? {} : { lookup: always(options.hostAddress) }),
  });
  const attached = attach(socket);
  const refused = new Promise<never>((_resolve, reject) => {
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      reject(refusal(url, response.statusCode ?? 0));
    });
  });
  refused.catch(() => socket.terminate());
  try {
    await Promise.race([once(socket, 'open', { signal: options.signal }), refused]);
  } catch (cause) {
    socket.terminate();
    if (cause instanceof ConnectError || cause instanceof UnauthorizedError) throw cause;
    const { signal } = options;
    if (signal?.aborted) throw new AbortedError(signal.reason, { method: 'initialize', step: null }, false);
    throw new ConnectError(`no connection to ${url}: ${causeText(cause)}`, { cause });
  }
  return attached;
}

/** A look-up whose answer is known. */
function always(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, { all }, found) => {
    if (all === true) found(null, [{ address, family }]);
    else found(null, address, family);
  };
}

function refusal(url: string, status: number): Error {
  if (status === 401 || status === 403) {
    const message = `${url} refused the connection (HTTP ${status})`;
    return new UnauthorizedError({ code: ERRORS.unauthorized.code, message }, 'unauthorized');
  }
  const retryable = status >= 500;
  return new ConnectError(`no WebSocket at ${url} (HTTP ${status})`, { status, retryable });
}

function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const [first] = cause instanceof AggregateError ? cause.errors : [];
  return cause.message || (first instanceof Error ? first.message : cause.name);
}
