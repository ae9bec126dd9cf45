import type { Socket } from 'node:net';

export interface DoorkeeperOptions {
  /** Most connections. */
  readonly maxConnections: number;
  /** Most connections from one address. */
  readonly maxPerAddress: number;
}

/** Connections from one address. */
interface Visitors {
  count: number;
  /** Those that have not shown themselves, the oldest first. */
  readonly strangers: Set<Socket>;
}

/**
 * Bounds the TCP connections, in all and from one address. A connection is a stranger until a request of it has been
 * admitted. Where there is no room for a new connection, the stranger that is there for longest makes room for it; clients
 * that are known are never sent away.
 */
export class Doorkeeper {
  readonly #options: DoorkeeperOptions;
  readonly #addresses = new Map<string, Visitors>();
  /** Addresses of the connections. */
  readonly #known = new Map<Socket, string>();
  /** The oldest first, over all addresses. */
  readonly #strangers = new Map<Socket, Visitors>();
  #count = 0;

  constructor(options: DoorkeeperOptions) {
    this.#options = options;
  }

  /** Connections now. */
  get count(): number {
    return this.#count;
  }

  /** A connection has come; it is closed again where there is no room. */
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

  /** The connection belongs to a client: a request of it has shown what the server asks for. */
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

  /** @returns whether there was somebody to be sent away */
  #sendAway(strangers: Iterable<Socket> = []): boolean {
    for (const oldest of strangers) {
      this.#left(oldest);
      oldest.destroy();
      return true;
    }
    return false;
  }
}
