import type { FastifyReply } from 'fastify';
import { withDeadline } from '../../docker/deadline.ts';
import type { ProtocolError } from '../../protocol/errors.ts';

/** A client with a WebSocket. */
export interface SocketClient {
  /** Answer requests that wait for the client to read with this error. */
  refuse(error: ProtocolError): void;
  /** Settles when every request is answered, or the socket has closed. */
  settled(): Promise<void>;
  /** Close the socket if nothing of the client would be lost, so that it connects to another worker. @default its socket stays */
  partIfIdle?(): void;
}

/** All clients that wait for answers, so that a shutdown can answer them before it closes the connections. */
export class Clients {
  readonly #sockets = new Set<SocketClient>();
  readonly #replies = new Set<Promise<void>>();

  /** @returns a function to call when the socket has closed */
  add(client: SocketClient): () => void {
    this.#sockets.add(client);
    return () => this.#sockets.delete(client);
  }

  /** An HTTP request has arrived. */
  addReply({ raw }: FastifyReply): void {
    const closed = new Promise<void>((resolve) => {
      raw.once('close', () => {
        this.#replies.delete(closed);
        resolve();
      });
    });
    this.#replies.add(closed);
  }

  /** Number of sockets. */
  get count(): number {
    return this.#sockets.size;
  }

  partIfIdle(): void {
    for (const client of this.#sockets) client.partIfIdle?.();
  }

  refuse(error: ProtocolError): void {
    for (const client of this.#sockets) client.refuse(error);
  }

  /** Wait until every request is answered, at most `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    const sockets = [...this.#sockets].map((client) => client.settled());
    await withDeadline(Promise.all([...sockets, ...this.#replies]), timeoutMs, () => {});
  }
}
