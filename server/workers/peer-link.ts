import { once } from 'node:events';
import { WebSocket } from 'ws';
import { ERRORS, type ErrorName, ProtocolError } from '../../protocol/errors.ts';
import type { MethodName, Params, Result } from '../../protocol/methods.ts';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Record<string, unknown>;
  };
  readonly method?: string;
  readonly params?: unknown;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

const CONNECT_MS = 2_000;
const NAMES = new Map<number, ErrorName>(
  (Object.keys(ERRORS) as ErrorName[]).map((name) => [ERRORS[name].code, name]),
);

/** A socket to another worker, as a client of it: one for each client whose episodes are there. */
export class PeerLink {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /** @param onNote called with each notification @param onLost called when the other worker has gone */
  private constructor(
    socket: WebSocket,
    onNote: (method: string, params: unknown) => void,
    onLost: () => void,
  ) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const text = JSON.parse(data.toString()) as Answer;
      if (text.method === undefined) this.#settle(text);
      else onNote(text.method, text.params);
    });
    socket.on('error', () => {});
    socket.once('close', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the other worker has gone'));
      this.#waiting.clear();
      if (code !== 1000 && code !== 1005) onLost();
    });
  }

  /** @throws {Error} no worker answers there */
  static async connect(
    socketPath: string,
    token: string | null,
    onNote: (method: string, params: unknown) => void,
    onLost: () => void,
  ): Promise<PeerLink> {
    const socket = new WebSocket(`ws+unix://${socketPath}:/v1`, {
      // No name of the loopback would be refused.
      headers: { host: 'localhost', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      handshakeTimeout: CONNECT_MS,
      perMessageDeflate: false,
      maxPayload: 0,
    });
    await once(socket, 'open');
    return new PeerLink(socket, onNote, onLost);
  }

  /** @throws {ProtocolError} what the other worker answered @throws {Error} it has gone */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  /** End the episodes there as the client's own socket ended. @param polite whether it said goodbye */
  close(polite: boolean): void {
    if (polite) this.#socket.close(1000);
    else this.#socket.terminate();
  }

  #settle({ error, id = 0, result }: Answer): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else
      waiting?.reject(
        new ProtocolError(NAMES.get(error.code) ?? 'internal_error', error.message, error.data),
      );
  }
}
