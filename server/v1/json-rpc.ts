import { ERRORS, ProtocolError } from '../../protocol/errors.ts';
import type { EntryError } from '../../protocol/many.ts';
import type { AnswerWriter } from '../connection/answer-writer.ts';
import { type Answer, answerBytes, isText, sizeOf } from '../json/answer-text.ts';
import { JsonError, parseJson } from '../json/bounded-json.ts';
import { clipped } from '../json/excerpt.ts';
import { beginInTurns, takesTurns } from './begin-in-turns.ts';
import type { CollectedAnswers } from './collected-answers.ts';

export type RpcId = string | number | null;

/** Where a request came from. */
export interface RpcCaller {
  /** Absent in a notification, which gets no answer. */
  readonly id?: RpcId | undefined;
  /** The answer waits for others of a batch. */
  readonly batched: boolean;
  /** To be called at once, if at all: later requests begin when this settles. It must not reject. */
  hold(begun: Promise<unknown>): void;
  /** To add to: called when the answer has gone out, never if the client has gone before. */
  readonly sent: (() => void)[];
}

/** Runs one method; an error that it throws becomes the answer. */
export type RpcCall = (method: string, params: unknown, caller: RpcCaller) => Promise<unknown>;

export interface RpcOptions {
  readonly call: RpcCall;
  /** Maximum requests of a batch. */
  readonly maxBatch: number;
  /** Answers that wait for the rest of their batches. */
  readonly collected: CollectedAnswers;
  /** Called with an error that is not in the protocol's table; the client gets `internal_error`. */
  readonly onFault: (method: string, error: unknown) => void;
  readonly writer: AnswerWriter;
  /** Called when a result has been written as an answer, or dropped. */
  readonly onWritten?: (result: unknown) => void;
  /** Methods whose answer must be made before the next frame starts. @default none */
  readonly alone?: ReadonlySet<string>;
}

/** A parsed frame. */
export interface RpcFrame {
  readonly requests: readonly unknown[];
  readonly batch: boolean;
  /** Why the whole frame is refused. It then has no requests. */
  readonly refusal?: ProtocolError;
  /** The id of the refused request. @default null */
  readonly refusedId?: RpcId;
}

/** The pending answer to a frame. */
export interface RpcAnswer {
  /** Settles when the next frame may start; `undefined` if it may now. Never rejects. */
  readonly begun: Promise<unknown> | undefined;
  /** `undefined` if there is no answer. Never rejects. */
  readonly answer: Promise<Answer | undefined>;
}

interface Request {
  /** Absent in a notification, which gets no answer. */
  readonly id?: RpcId;
  readonly method: string;
  readonly params: unknown;
}

/** Maximum batch that is joined to one text, in characters. A longer one is sent in parts. */
const MAX_JOINED = 1_048_576;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is RpcId {
  return typeof value === 'string' || typeof value === 'number' || value === null;
}

/** The id of a request; `undefined` if it has none, or none that is valid. */
function idIn(request: unknown): RpcId | undefined {
  return isObject(request) && isId(request.id) ? request.id : undefined;
}

function idOf(request: unknown): RpcId {
  return idIn(request) ?? null;
}

class Caller implements RpcCaller {
  readonly id: RpcId | undefined;
  readonly batched: boolean;
  readonly sent: RpcCaller['sent'];
  held: Promise<unknown> | undefined;

  constructor(id: RpcId | undefined, batched: boolean, sent: RpcCaller['sent']) {
    this.id = id;
    this.batched = batched;
    this.sent = sent;
  }

  hold(begun: Promise<unknown>): void {
    this.held = begun;
  }
}

/** The error object of JSON-RPC. */
export function errorObject({ code, message, data }: ProtocolError): EntryError {
  return { code, message: clipped(message), data };
}

/**
 * The error that a client gets.
 * @param onFault takes an error that is a fault of the server
 */
export function clientError(error: unknown, onFault: (error: unknown) => void): ProtocolError {
  const known = error instanceof ProtocolError;
  if (!known || error.code === ERRORS.internal_error.code) onFault(error);
  return known ? error : new ProtocolError('internal_error', 'Internal server error.');
}

function failure(id: RpcId, error: ProtocolError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: errorObject(error) });
}

function refused(refusal: ProtocolError, refusedId: RpcId = null): RpcFrame {
  return { requests: [], batch: false, refusal, refusedId };
}

export function tooLarge(): ProtocolError {
  return new ProtocolError(
    'answer_too_large',
    'The answers of this batch exceed the memory limit; this one is omitted.',
  );
}

function readRequest(frame: unknown): Request | ProtocolError {
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

/** The answers of a batch as one message. */
function joined(answers: readonly Answer[]): Answer {
  const parts: Buffer[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') parts.push(Buffer.from(text));
    text = '';
  };
  for (const [index, answer] of answers.entries()) {
    text += index === 0 ? '[' : ',';
    if (isText(answer)) text += answer;
    if (!isText(answer) || text.length > MAX_JOINED) flush();
    if (!isText(answer)) parts.push(...answer);
  }
  text += ']';
  if (parts.length === 0) return text;
  flush();
  return parts;
}

/**
 * The JSON-RPC 2.0 layer of one connection: a frame in, at most one message out. The requests of a batch start in order and
 * run concurrently. Their answers are sent together, in the same order.
 */
export class JsonRpc {
  readonly #options: RpcOptions;

  constructor(options: RpcOptions) {
    this.#options = options;
  }

  read(text: string): RpcFrame {
    let frame: unknown;
    try {
      frame = parseJson(text);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      if (error.kind === 'malformed') {
        return refused(new ProtocolError('parse_error', `The frame is not JSON: ${error.message}`));
      }
      const message = `The frame is refused: ${error.message}.`;
      return refused(new ProtocolError('invalid_request', message), idOf(error.value));
    }
    if (!Array.isArray(frame)) return { requests: [frame], batch: false };
    if (frame.length > 0 && frame.length <= this.#options.maxBatch) return { requests: frame, batch: true };
    const message = `A batch has 1 to ${this.#options.maxBatch} requests, this one has ${frame.length}.`;
    return refused(new ProtocolError('invalid_request', message));
  }

  /**
   * Start the requests of a frame, unless they are many all in this turn of the event loop.
   * @param sent gets what is to be called when the answer has gone out
   */
  begin({ requests, batch, refusal, refusedId = null }: RpcFrame, sent: RpcCaller['sent']): RpcAnswer {
    if (refusal !== undefined) {
      return { begun: undefined, answer: Promise.resolve(failure(refusedId, refusal)) };
    }
    if (!batch) {
      const caller = new Caller(idIn(requests[0]), false, sent);
      const answer = this.#one(requests[0], caller);
      return { begun: this.#isAlone(requests[0]) ? answer : caller.held, answer };
    }
    const answers: Promise<Answer | undefined>[] = [];
    let held: Promise<unknown> | undefined;
    const begun = beginInTurns(requests, (request) => {
      const caller = new Caller(idIn(request), true, sent);
      answers.push(this.#collect(request, caller));
      held ??= caller.held;
      return caller.held;
    });
    return {
      begun: takesTurns(requests) || held !== undefined ? begun : undefined,
      answer: begun.then(() => this.#batch(answers)),
    };
  }

  #isAlone(request: unknown): boolean {
    const { alone } = this.#options;
    if (alone === undefined || !isObject(request)) return false;
    return typeof request.method === 'string' && alone.has(request.method);
  }

  async #batch(collecting: readonly Promise<Answer | undefined>[]): Promise<Answer | undefined> {
    const answers = (await Promise.all(collecting)).filter((answer) => answer !== undefined);
    for (const answer of answers) this.#options.collected.give(answerBytes(answer));
    return answers.length === 0 ? undefined : joined(answers);
  }

  /** An answer of a batch, or the error that it does not fit. */
  async #collect(frame: unknown, caller: RpcCaller): Promise<Answer | undefined> {
    const { collected } = this.#options;
    // A request whose answer would not fit should not run.
    const made = collected.full ? failure(idOf(frame), tooLarge()) : await this.#one(frame, caller);
    if (made === undefined) return undefined;
    const answer = collected.fits(answerBytes(made)) ? made : failure(idOf(frame), tooLarge());
    collected.take(answerBytes(answer));
    return answer;
  }

  async #one(frame: unknown, caller: RpcCaller): Promise<Answer | undefined> {
    const request = readRequest(frame);
    if (request instanceof ProtocolError) return failure(idOf(frame), request);
    const { id, method } = request;
    try {
      const result = await this.#options.call(method, request.params, caller);
      if (id === undefined) this.#options.onWritten?.(result);
      if (id === undefined) return undefined;
      const answer = this.#success(id, result, caller.batched);
      return typeof answer === 'string' ? answer : await answer;
    } catch (error) {
      const answer = clientError(error, (fault) => this.#options.onFault(method, fault));
      return id === undefined ? undefined : failure(id, answer);
    }
  }

  /** @throws {ProtocolError} `answer_too_large` */
  #success(id: RpcId, result: unknown, batched: boolean): string | Promise<Answer> {
    const { collected, onWritten, writer } = this.#options;
    if (batched && !collected.fits(sizeOf(result, MAX_JOINED))) {
      onWritten?.(result);
      throw tooLarge();
    }
    const answer = writer.write(result, `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`, '}');
    if (typeof answer !== 'string') return answer.finally(() => onWritten?.(result));
    onWritten?.(result);
    return answer;
  }
}
