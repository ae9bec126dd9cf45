import type { Socket } from 'node:net';

export interface DoorkeeperOptions {
  /** Maximum number of connections. */
  readonly maxConnections: number;
  /** Maximum number of connections from one address. */
  readonly maxPerAddress: number;
}

/** Connections from one address. */
interface Visitors {
  count: number;
  /** Strangers, the oldest first. */
  readonly strangers: Set<Socket>;
}

/**
 * Limits the TCP connections, in all and per address. A connection is a stranger until one of its requests has been
 * admitted. At the limit, a new connection replaces the oldest stranger; connections of known clients are never closed.
 */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  readonly #addresses = new Map<string, Visitors>();
  /** By address. */
  readonly #known = new Map<Socket, string>();
  /** Strangers of all addresses, the oldest first. */
  readonly #strangers = new Map<Socket, Visitors>();
  #count = 0;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  /** Number of connections. */
  get count(): number {
    return this.#count;
  }

  /** A new connection. It is closed if there is no room. */
  open(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const { maxConnections, maxPerAddress } = this.#options;
    const sameAddress = this.#addresses.get(address);
    const crowded = (sameAddress?.count ?? 0) >= maxPerAddress && !this.#sendAway(sameAddress?.strangers);
    if (crowded || (this.#count >= maxConnections && !this.#sendAway(this.#strangers.keys()))) {
      socket.destroy();
      return;
    }
    const visitors = this.#addresses.get(address) ?? { count: 0, strangers: new Set() };
    this.#addresses.set(address, visitors);
    visitors.count += 1;
    this.#count += 1;
    visitors.strangers.add(socket);
    this.#strangers.set(socket, visitors);
    this.#known.set(socket, address);
    socket.once('close', () => this.#left(socket));
  }

  /** A request of the connection has been admitted: it is no stranger any more. */
  admit(socket: Socket): void {
    this.#strangers.get(socket)?.strangers.delete(socket);
    this.#strangers.delete(socket);
  }

  #left(socket: Socket): void {
    const address = this.#known.get(socket);
    if (address === undefined) return;
    this.#known.delete(socket);
    this.admit(socket);
    this.#count -= 1;
    const visitors = this.#addresses.get(address);
    if (visitors === undefined) return;
    visitors.count -= 1;
    if (visitors.count === 0) this.#addresses.delete(address);
  }

  /** @returns whether there was a stranger to close */
  #sendAway(strangers: Iterable<Socket> = []): boolean {
    for (const oldest of strangers) {
      this.#left(oldest);
      oldest.destroy();
      return true;
    }
    return false;
  }
}
