import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly seed: number;
  readonly [name: string]: unknown;
}

/** What the model says to a request: a text, or the status of an error. */
export type Script = (request: ChatRequest, count: number) => string | number;

/** A small OpenAI-compatible endpoint with a scripted model. */
export class ModelEndpoint implements AsyncDisposable {
  readonly requests: ChatRequest[] = [];
  readonly keys: (string | undefined)[] = [];
  readonly #server;

  private constructor(script: Script) {
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        const asked: ChatRequest = JSON.parse(body);
        this.requests.push(asked);
        this.keys.push(request.headers.authorization);
        const said = request.url === '/v1/chat/completions' ? script(asked, this.requests.length) : 404;
        const status = typeof said === 'number' ? said : 200;
        const usage = { prompt_tokens: 100, completion_tokens: 7 };
        const answer = { choices: [{ message: { role: 'assistant', content: said } }], usage };
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(status === 200 ? answer : { error: { message: 'no' } }));
      });
    });
  }

  static async start(script: Script): Promise<ModelEndpoint> {
    const endpoint = new ModelEndpoint(script);
    await new Promise<void>((resolve) => endpoint.#server.listen(0, '127.0.0.1', resolve));
    return endpoint;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
