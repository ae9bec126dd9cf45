import type { WebSocket } from 'ws';

export interface HeartbeatOptions {
  /** Time between pings, in milliseconds. */
  readonly intervalMs: number;
  /** Maximum time without a message before a socket is closed, in milliseconds; at least two intervals. */
  readonly timeoutMs: number;
}

/**
 * Pings every socket of the server from one timer, and closes those that sent nothing, not even a pong, within the timeout:
 * a half-open socket would hold its episodes forever.
 */
export class Heartbeat {
  readonly #intervalMs: number;
  readonly #allowedMisses: number;
  readonly #misses = new Map<WebSocket, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: HeartbeatOptions) {
    this.#intervalMs = options.intervalMs;
    // The silence began up to one interval before the first ping that was missed.
    this.#allowedMisses = Math.max(1, Math.floor(options.timeoutMs / options.intervalMs) - 1);
    this.#timer = setInterval(() => this.#beat(), options.intervalMs);
    this.#timer.unref();
  }

  watch(socket: WebSocket): void {
    this.#misses.set(socket, 0);
    const heard = (): void => {
      this.#misses.set(socket, 0);
    };
    socket.on('pong', heard);
    socket.on('ping', heard);
    socket.on('message', heard);
    socket.on('close', () => this.#misses.delete(socket));
  }

  /**
   * How long a socket has been silent, in milliseconds: at least, and at most if the heartbeat gave it up. A handler of its
   * close that was attached before may ask, too.
   */
  silentMs(socket: WebSocket): number {
    const missed = (this.#misses.get(socket) ?? 0) - 1;
    return Math.max(0, missed * this.#intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    for (const [socket, misses] of this.#misses) {
      if (misses >= this.#allowedMisses) {
        // So `silentMs` returns the longest time that it may have been.
        this.#misses.set(socket, this.#allowedMisses + 2);
        socket.terminate();
        continue;
      }
      // A paused socket cannot be heard. The end of a request or the slow reader's deadline ends the pause.
      if (!socket.isPaused) this.#misses.set(socket, misses + 1);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }
}
