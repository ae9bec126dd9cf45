import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { OneServer } from './one-server.ts';
import { socketOf, type WorkerPlace } from './place.ts';

/** The Unix socket by which other workers reach this one: with what workers tell each other, and with all routes of clients. */
export class WorkerDoor {
  readonly #place: WorkerPlace;
  readonly #server: Server;

  /** @param inner the HTTP server for clients */
  constructor(place: WorkerPlace, inner: Server, whole: OneServer) {
    this.#place = place;
    this.#server = createServer((request, response) => {
      const answer = whole.answer(request.url ?? '/');
      if (answer === undefined) inner.emit('request', request, response);
      else {
        answer.then(
          (told) => response.end(JSON.stringify(told)),
          () => response.destroy(),
        );
      }
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) =>
      inner.emit('upgrade', request, socket, head),
    );
  }

  /** Take the place of the worker that was there before. */
  async open(): Promise<void> {
    const path = socketOf(this.#place, this.#place.index);
    const own = `${path}.${process.pid}`;
    await rm(own, { force: true });
    this.#server.listen({ path: own, exclusive: true });
    await once(this.#server, 'listening');
    await rename(own, path);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }
}
