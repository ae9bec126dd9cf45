import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.ts';
import { answerBytes, isText } from '../json/answer-text.ts';
import type { ServerMemory } from '../memory/server-memory.ts';
import { ClientGate, type Reader } from '../memory/step-gate.ts';
import { AnswerWriter } from './answer-writer.ts';
import { readBody } from './http-body.ts';

/** Size up to which requests and answers are not counted, in bytes. */
const SMALL = 65_536;

/** An HTTP client as seen by a step gate: it has one request at a time and always reads its answer. */
const HTTP_READER: Reader = { flows: true, ready: () => undefined };

/** A gate for the steps of clients of HTTP. */
export function httpGate({ outputs }: Pick<ServerMemory, 'outputs'>, config: Config): ClientGate {
  return new ClientGate({
    flow: HTTP_READER,
    outputs: outputs.client(),
    outputBytes: config.max_output_bytes,
  });
}

/** Status of a request that failed: 500, if Fastify does not blame the client. */
export function statusOfError(error: unknown): number {
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
}

/** Limits the memory of HTTP requests and their answers. */
export class HttpAnswers {
  readonly #memory: ServerMemory;
  readonly #config: Config;
  readonly #writer: AnswerWriter;

  constructor(memory: ServerMemory, config: Config) {
    this.#memory = memory;
    this.#config = config;
    this.#writer = new AnswerWriter(memory, HTTP_READER.ready);
  }

  /**
   * Read the bodies of requests as text, as long as there is memory for them.
   * @param busy body of the answer, with status 503, if there is none
   */
  readBodies(app: FastifyInstance, busy: (message: string) => object): void {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request: FastifyRequest, payload: IncomingMessage) =>
      readBody(payload, this.#config.max_frame_bytes),
    );
    app.addHook('onRequest', async (request, reply) => {
      if (this.#reserve(request, reply)) return undefined;
      reply.code(503).header('retry-after', '1').header('connection', 'close');
      return reply.send(busy('The server has not enough memory for this request now: try again.'));
    });
  }

  /** Reserve memory for a body before it is read. @returns whether there was enough */
  #reserve(request: FastifyRequest, reply: FastifyReply): boolean {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers;
    const known = length === undefined && coding === undefined ? 0 : Number(length);
    const most = this.#config.max_frame_bytes;
    const bytes = Number.isNaN(known) ? most : Math.min(known, most);
    if (bytes <= SMALL) return true;
    if (!this.#memory.requests.reserve(bytes)) return false;
    reply.raw.once('close', () => this.#memory.requests.change(-bytes));
    return true;
  }

  /** Send a value as JSON. A client that does not read a large one is disconnected after a while, or when memory is short. */
  async send(reply: FastifyReply, value: unknown): Promise<FastifyReply> {
    const answer = await this.#writer.write(value);
    reply.type('application/json; charset=utf-8');
    const bytes = answerBytes(answer);
    if (bytes > SMALL) this.#watch(reply, bytes);
    if (isText(answer)) return reply.send(answer);
    return reply.header('content-length', bytes).send(Readable.from(answer));
  }

  /** Send a response of the web's kind, as it comes. Clients that do not read large parts are handled as in `send`. */
  relay(reply: FastifyReply, { status, headers, body }: Response): FastifyReply {
    reply.code(status);
    for (const [name, value] of headers) if (name !== 'connection') reply.header(name, value);
    if (body === null) return reply.send();
    return reply.send(Readable.from(this.#counted(reply, body)));
  }

  /** Count the parts of an answer that are sent as they come. */
  expect(reply: FastifyReply, bytes: number): void {
    if (bytes > SMALL && !reply.raw.closed) this.#watch(reply, bytes);
  }

  async *#counted(reply: FastifyReply, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      if (part.length > SMALL) this.#watch(reply, part.length);
      yield part;
    }
  }

  #watch({ raw }: FastifyReply, unsentBytes: number): void {
    const { answers } = this.#memory;
    const reader = { unsentBytes, tookAt: answers.now, cut: () => raw.destroy() };
    const late = setTimeout(reader.cut, this.#config.slow_reader_timeout_ms);
    answers.clogged(reader);
    answers.change(unsentBytes);
    raw.once('close', () => {
      clearTimeout(late);
      answers.flowing(reader);
      answers.change(-unsentBytes);
    });
  }
}
