import { ERRORS, ProtocolError } from '../protocol/errors.ts';

export type RpcId = string | number | null;

/** Runs one method; what it throws becomes the error answer. */
export type RpcCall = (method: string, params: unknown) => Promise<unknown>;

export interface RpcOptions {
  readonly call: RpcCall;
  /** Most requests of one batch. */
  readonly maxBatch: number;
  /** An error outside the protocol's table, which the client is told of as `internal_error`. */
  readonly onFault: (method: string, error: unknown) => void;
}

/** A frame with its requests as they came. */
export interface RpcFrame {
  readonly requests: readonly unknown[];
  readonly batch: boolean;
  /** Why the frame as a whole is refused; it has no requests then. */
  readonly refusal?: ProtocolError;
}

interface Request {
  /** Absent in a notification, which gets no answer. */
  readonly id?: RpcId;
  readonly method: string;
  readonly params: unknown;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is RpcId {
  return typeof value === 'string' || typeof value === 'number' || value === null;
}

function success(id: RpcId, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

function failure(id: RpcId, error: ProtocolError): string {
  const { code, message, data } = error;
  return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
}

function refused(refusal: ProtocolError): RpcFrame {
  return { requests: [], batch: false, refusal };
}

/**
 * The JSON-RPC 2.0 layer of one connection: a frame in, at most one frame out. The requests of a batch start in their
 * order and run at the same time; their answers come back together, in the same order.
 */
export class JsonRpc {
  readonly #options: RpcOptions;

  constructor(options: RpcOptions) {
    this.#options = options;
  }

  read(text: string): RpcFrame {
    let frame: unknown;
    try {
      frame = JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return refused(new ProtocolError('parse_error', `The frame is not JSON: ${reason}`));
    }
    if (!Array.isArray(frame)) return { requests: [frame], batch: false };
    if (frame.length > 0 && frame.length <= this.#options.maxBatch) return { requests: frame, batch: true };
    const message = `A batch has 1 to ${this.#options.maxBatch} requests, this one has ${frame.length}.`;
    return refused(new ProtocolError('invalid_request', message));
  }

  /** The answer's text; `undefined` where none is due. Never rejects. */
  async answer({ requests, batch, refusal }: RpcFrame): Promise<string | undefined> {
    if (refusal !== undefined) return failure(null, refusal);
    if (!batch) return this.#one(requests[0]);
    const answers = await Promise.all(requests.map((request) => this.#one(request)));
    const texts = answers.filter((answer) => answer !== undefined);
    return texts.length === 0 ? undefined : `[${texts.join(',')}]`;
  }

  async #one(frame: unknown): Promise<string | undefined> {
    const request = this.#read(frame);
    if (request instanceof ProtocolError) {
      const id = isObject(frame) && isId(frame.id) ? frame.id : null;
      return failure(id, request);
    }
    const { id, method } = request;
    try {
      const result = await this.#options.call(method, request.params);
      return id === undefined ? undefined : success(id, result);
    } catch (error) {
      const known = error instanceof ProtocolError;
      if (!known || error.code === ERRORS.internal_error.code) this.#options.onFault(method, error);
      if (id === undefined) return undefined;
      return failure(
        id,
        known ? error : new ProtocolError('internal_error', 'The server met a fault of its own.'),
      );
    }
  }

  #read(frame: unknown): Request | ProtocolError {
    if (!isObject(frame)) return new ProtocolError('invalid_request', 'A request is a JSON object.');
    if (frame.jsonrpc !== '2.0') return new ProtocolError('invalid_request', '"jsonrpc" must be "2.0".');
    if (typeof frame.method !== 'string') {
      return new ProtocolError('invalid_request', '"method" must be a string.');
    }
    const { id, method, params } = frame;
    if (id === undefined) return { method, params };
    if (!isId(id)) return new ProtocolError('invalid_request', '"id" must be a string, a number or null.');
    return { id, method, params };
  }
}
