import { once } from 'node:events';
import { WebSocket } from 'ws';
import { PROTOCOL_VERSION } from '../protocol/version.ts';
import { type Percentiles, percentiles } from './figures.ts';
import { ms, type Row } from './lanes.ts';
import type { BenchOptions, Report, TrainerCase } from './report.ts';
import { startWarmServer } from './warm-server.ts';

const SANDBOXES = 8;
const ROUNDS = 100;
const WARM_UP = 5;

/** One socket, one request at a time: a client that does not resume by itself. */
class Line implements Disposable {
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string): Promise<Line> {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1`);
    await once(socket, 'open');
    const line = new Line(socket);
    await line.ask('initialize', { protocol_version: PROTOCOL_VERSION });
    return line;
  }

  /** @throws {Error} the server's error */
  async ask(method: string, params: object): Promise<Record<string, unknown>> {
    this.#id += 1;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id: this.#id, method, params }));
    for (;;) {
      const [data] = (await once(this.#socket, 'message')) as [Buffer];
      const { id, result, error } = JSON.parse(data.toString());
      if (id !== this.#id) continue;
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
      return result;
    }
  }

  /** Drop the socket, without the closing handshake. */
  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}

interface ResumeFigures {
  /** `episode/resume` alone. */
  readonly resume_ms: Percentiles;
  /** From the drop of the socket to the result of the next step: connect, `initialize`, resume, step. */
  readonly back_ms: Percentiles;
  readonly failures: number;
}

async function measureResumes(url: string): Promise<ResumeFigures> {
  let line = await Line.open(url);
  const { episode_id, resume_token } = await line.ask('episode/reset', { environment: 'bash-v1', seed: 1 });
  const resumes: number[] = [];
  const backs: number[] = [];
  let failures = 0;
  await line.ask('episode/step', { episode_id, step: 1, action: { code: 'n=1' } });
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    line[Symbol.dispose]();
    const dropped = performance.now();
    line = await Line.open(url);
    const begun = performance.now();
    const { step_count, exact } = await line.ask('episode/resume', { resume_token });
    resumes.push(performance.now() - begun);
    if (step_count !== round + 1 || exact !== true) failures += 1;
    const action = { code: 'echo $((n++))' };
    const { observation } = await line.ask('episode/step', { episode_id, step: round + 2, action });
    backs.push(performance.now() - dropped);
    if (!JSON.stringify(observation).includes(`"${round + 1}\\n"`)) failures += 1;
  }
  await line.ask('episode/close', { episode_id });
  line[Symbol.dispose]();
  const [resume_ms, back_ms] = [resumes, backs].map((list) => percentiles(list.slice(WARM_UP)));
  if (resume_ms === undefined || back_ms === undefined) throw new Error('no samples');
  return { resume_ms, back_ms, failures };
}

/** A socket that drops again and again: its episode is taken over by the next one, and goes on where it was. */
export const RESUME: TrainerCase = {
  name: 'resume',
  async measure({ runtime }: BenchOptions): Promise<Report<unknown>> {
    const flags = [`--runtime=${runtime}`, `--pool=bash-v1=${SANDBOXES}`, `--pool-max=${SANDBOXES}`];
    await using server = await startWarmServer(flags, SANDBOXES);
    const figures = await measureResumes(server.url);
    const rows: Row[] = [
      ['episode/resume', 'ms', ms(figures.resume_ms)],
      ['from the drop to the next result', 'ms', ms(figures.back_ms)],
      ['not as it was', '', String(figures.failures)],
    ];
    return { server: server.ready, figures, rows, failures: figures.failures };
  },
};
