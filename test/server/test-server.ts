import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { WebSocket } from 'ws';
import type { Environment } from '../../environments/environment.ts';
import { type App, type AppParts, buildApp } from '../../server/app.ts';
import { type ConfigInput, createConfig } from '../../server/config/config.ts';

export interface TestServer {
  readonly app: App;
  /** E.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly trajectories: string;
  close(): Promise<void>;
}

export interface TestParts extends Pick<Partial<AppParts>, 'log' | 'page' | 'sandboxes' | 'warm'> {
  /** @default `127.0.0.1` */
  readonly address?: string;
  /** @default a free one */
  readonly port?: number;
}

/** The real app on a free port, with trajectories in a folder that `close` removes. Episodes of a dropped socket end at once. */
export async function startTestServer(
  environments: readonly Environment[],
  settings: ConfigInput = {},
  { log = pino({ level: 'silent' }), address = '127.0.0.1', port = 0, ...parts }: TestParts = {},
): Promise<TestServer> {
  const trajectories = mkdtempSync(join(tmpdir(), 'stepwell-test-'));
  const app = await buildApp({
    config: createConfig({ drain_timeout_ms: 2_000, grace_ms: 0, ...settings }),
    environments,
    trajectories,
    log,
    ...parts,
  });
  const url = await app.fastify.listen({ host: address, port });
  return {
    app,
    url,
    trajectories,
    close: async () => {
      await app.close();
      rmSync(trajectories, { recursive: true, force: true });
    },
  };
}

type Json = Readonly<Record<string, unknown>>;

/** Notifications that may come before any answer. */
const ASIDES: ReadonlySet<unknown> = new Set(['episode/queued', 'episode/building', 'server/update']);

/** A plain WebSocket that hands out the frames it receives, one by one. */
export class Wire {
  readonly socket: WebSocket;
  readonly #frames: string[] = [];
  readonly #waiting: ((text: string) => void)[] = [];
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const text = data.toString();
      const next = this.#waiting.shift();
      if (next === undefined) this.#frames.push(text);
      else next(text);
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.on('close', resolve));
  }

  static async connect(url: string, headers: Record<string, string> = {}): Promise<Wire> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
    const wire = new Wire(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return wire;
  }

  send(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The next frame's text. */
  text(): Promise<string> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async ask(frame: unknown): Promise<string> {
    this.send(frame);
    return this.text();
  }

  #id = 0;

  /** Send a JSON-RPC request; returns its id. */
  request(method: string, params: unknown = {}): number {
    this.#id += 1;
    this.send({ jsonrpc: '2.0', id: this.#id, method, params });
    return this.#id;
  }

  /** The next frame, whatever it is. */
  async frame(): Promise<Json> {
    return JSON.parse(await this.text());
  }

  /** The next answer, `{id, result}` or `{id, error}`. A reset may wait for its sandbox, and for its image; others may watch. */
  async answer(): Promise<Json> {
    for (;;) {
      const frame = await this.frame();
      if (!ASIDES.has(frame.method)) return frame;
    }
  }

  async result(method: string, params: unknown = {}): Promise<Json> {
    this.request(method, params);
    const answer = await this.answer();
    if (answer.result === undefined) throw new Error(`expected a result: ${JSON.stringify(answer)}`);
    return answer.result as Json;
  }

  async error(method: string, params: unknown = {}): Promise<{ code: number; data: Json; message: string }> {
    this.request(method, params);
    const answer = await this.answer();
    if (answer.error === undefined) throw new Error(`expected an error: ${JSON.stringify(answer)}`);
    return answer.error as { code: number; data: Json; message: string };
  }

  /** Begin an episode; returns its id. */
  async reset(options: Json = {}): Promise<string> {
    const { episode_id } = await this.result('episode/reset', { environment: 'fake-v1', ...options });
    return String(episode_id);
  }
}
