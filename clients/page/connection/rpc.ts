import type { ProtocolErrorData, RpcAnswer } from './rpc-types.ts';

/** An error of the server, in its words. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** As in the protocol's table, e.g. `capacity`; `disconnected` if the socket closed before the answer. */
  readonly error: string;
  readonly remedy: string;

  constructor(error: string, message: string, remedy: string) {
    super(message);
    this.error = error;
    this.remedy = remedy;
  }
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** JSON-RPC over one WebSocket. */
export class Rpc {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #onNote: (method: string, params: unknown) => void;
  #id = 0;

  constructor(socket: WebSocket, onNote: (method: string, params: unknown) => void, onClose: () => void) {
    this.#socket = socket;
    this.#onNote = onNote;
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data))));
    socket.addEventListener('close', () => {
      const gone = new RpcError('disconnected', 'The connection to the server closed.', 'It is made again.');
      for (const { reject } of this.#pending.values()) reject(gone);
      this.#pending.clear();
      onClose();
    });
  }

  /** @throws {RpcError} */
  call(method: string, params: object): Promise<unknown> {
    this.#id += 1;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new RpcError('disconnected', 'The server is not connected.', 'Wait until it is.'));
        return;
      }
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    });
  }

  close(): void {
    this.#socket.close(1000);
  }

  #take(frame: RpcAnswer): void {
    if (frame.id === undefined || frame.id === null) {
      if (frame.method !== undefined) this.#onNote(frame.method, frame.params);
      return;
    }
    const pending = this.#pending.get(frame.id);
    this.#pending.delete(frame.id);
    if (frame.error === undefined) pending?.resolve(frame.result);
    else pending?.reject(errorOf(frame.error.message, frame.error.data));
  }
}

function errorOf(message: string, data: ProtocolErrorData | undefined): RpcError {
  const issues = (data?.issues ?? []).map(({ field, message: issue }) => `${field}: ${issue}`);
  return new RpcError(data?.name ?? 'internal_error', [message, ...issues].join(' — '), data?.remedy ?? '');
}
