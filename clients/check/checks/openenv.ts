import { once } from 'node:events';
import WebSocket from 'ws';
import { ensure } from '../broken.ts';
import type { Check } from '../check.ts';
import { authorization, baseOf, describedBy, foreignOptions } from '../described.ts';
import { isGoldReward } from '../plays.ts';
import { type CheckedServer, triedTasks } from '../subject.ts';

const REMEDY = 'leave OpenEnv to the server, and implement only the interface of environments';
const ANSWER_MS = 120_000;

export const OPENENV: Check = {
  name: 'openenv',
  shows: 'the same episode plays over a WebSocket that speaks OpenEnv',
  async run(subject) {
    const { environment, dataset, options, server } = subject;
    const [task] = triedTasks(subject);
    const reset = { ...options, dataset, task: task.id };
    await using wire = await OpenEnvWire.connect(server, environment);
    const begun = await wire.ask('reset', reset);
    ensure(begun.type === 'observation' && begun.data.done === false, `a reset has ${text(begun)}`, REMEDY);
    if (task.as === 'step') await wire.ask('step', { code: task.gold });
    const submit = task.as === 'step' ? { submit: true } : { submit: true, answer: task.gold };
    const end = await wire.ask('step', submit);
    const { done, reward, metadata } = end.data;
    const { terminated, success } = (metadata ?? {}) as Readonly<Record<string, unknown>>;
    ensure(
      done === true && isGoldReward(reward, task) && terminated === true && success === true,
      `the gold has ${text(end)}`,
      REMEDY,
    );
    const [foreign] = await foreignOptions(subject, await describedBy(subject));
    if (foreign === undefined) return;
    const { name, example } = foreign;
    const { type, data } = await wire.ask('reset', { ...reset, [name]: example });
    ensure(
      type === 'error' && data.code === 'EXECUTION_ERROR' && String(data.message).includes(name),
      `a reset with the option \`${name}\`, which it does not have, has ${text({ type, data })}`,
      'refuse it by its name',
    );
  },
};

interface Frame {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A socket that asks and waits for the answer. */
class OpenEnvWire implements AsyncDisposable {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async connect({ url, token }: CheckedServer, environment: string): Promise<OpenEnvWire> {
    const address = new URL(`openenv/${environment}/ws`, baseOf(url));
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, { headers: authorization(token) });
    await once(socket, 'open');
    return new OpenEnvWire(socket);
  }

  async ask(type: string, data: unknown): Promise<Frame> {
    this.#socket.send(JSON.stringify({ type, data }));
    const [message] = await once(this.#socket, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
    return JSON.parse(String(message)) as Frame;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
  }
}

function text(frame: Frame): string {
  return JSON.stringify(frame).slice(0, 300);
}
