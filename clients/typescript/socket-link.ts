import type { Duplex } from 'node:stream';
import WebSocket from 'ws';
import { timerMs } from './client-options.ts';

/** How a socket ended. */
export interface SocketEnd {
  readonly reason: string;
  /** WebSocket close code; 1006 if the server sent none. */
  readonly closeCode: number;
  readonly cause?: unknown;
}

export interface LinkEvents {
  readonly onMessage: (message: unknown) => void;
  /** Called once. */
  readonly onEnd: (end: SocketEnd) => void;
}

const SILENT_BEATS = 3;

/** JSON messages over one WebSocket, and its heartbeat. */
export class SocketLink {
  /** Resolves when the socket has closed, from either side. */
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #heartbeatMs: number;
  readonly #heartbeat: NodeJS.Timeout;
  /** The TCP or TLS socket below the WebSocket, once it is open. */
  #stream: Duplex | null = null;
  #corked = false;
  #silentBeats = 0;
  #fault: unknown;
  #end: SocketEnd | null = null;
  #events: LinkEvents | null = null;

  /**
   * @param socket open, or opening; its handlers are attached here
   * @param heartbeatMs interval of pings; three without any message from the server end the link
   */
  constructor(socket: WebSocket, heartbeatMs: number) {
    this.#socket = socket;
    this.#heartbeatMs = heartbeatMs;
    const heard = (): void => {
      this.#silentBeats = 0;
    };
    socket.once('upgrade', (response) => {
      this.#stream = response.socket;
    });
    socket.on('message', (data) => this.#receive(data.toString()));
    socket.on('pong', heard);
    socket.on('ping', heard);
    socket.on('error', (error) => {
      this.#fault = error;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#finish(reason.toString() || closeText(code), code);
        resolve();
      });
    });
    this.#heartbeat = setInterval(() => this.#beat(), timerMs(heartbeatMs));
    this.#heartbeat.unref();
  }

  /** Begin to report. An end that has happened already is reported at once. */
  listen(events: LinkEvents): void {
    this.#events = events;
    if (this.#end) events.onEnd(this.#end);
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /** Write all that one turn of the event loop sends in one system call, which is most of what a step costs here. */
  send(text: string): void {
    const stream = this.#stream;
    if (stream && !this.#corked) {
      this.#corked = true;
      stream.cork();
      process.nextTick(() => {
        this.#corked = false;
        stream.uncork();
      });
    }
    this.#socket.send(text);
  }

  /** Close with a closing handshake. */
  async close(): Promise<void> {
    this.#finish('closed by this client', 1000);
    this.#socket.close(1000);
    await this.closed;
  }

  #receive(text: string): void {
    this.#silentBeats = 0;
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch (error) {
      this.#fault = error;
      this.#finish('the server sent a frame that is not JSON', 1002);
      this.#socket.terminate();
      return;
    }
    this.#events?.onMessage(message);
  }

  #beat(): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#silentBeats >= SILENT_BEATS) {
      this.#finish(`nothing received for ${SILENT_BEATS * this.#heartbeatMs} ms`, 1006);
      this.#socket.terminate();
      return;
    }
    this.#silentBeats++;
    this.#socket.ping();
  }

  #finish(reason: string, closeCode: number): void {
    if (this.#end) return;
    this.#end = { reason, closeCode, cause: this.#fault };
    clearInterval(this.#heartbeat);
    this.#events?.onEnd(this.#end);
  }
}

function closeText(code: number): string {
  if (code === 1006) return 'the connection dropped without a closing handshake';
  if (code === 1001) return 'the server is shutting down';
  return `the server closed the socket (code ${code})`;
}
