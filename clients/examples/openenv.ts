// The same episodes without our client: a plain WebSocket that speaks OpenEnv's messages. Start a server (`npm start`),
// then: npx tsx clients/examples/openenv.ts [address]
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';

const base = process.argv[2] ?? 'ws://127.0.0.1:8765';
const token = process.env.STEPWELL_TOKEN;
const socket = new WebSocket(`${base}/openenv/bash-v1/ws`, {
  headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
});
await once(socket, 'open');

interface Reply {
  readonly type: 'observation' | 'state' | 'error';
  readonly data: {
    readonly observation?: { readonly output: string; readonly exit_code?: number };
    readonly reward?: number | null;
    readonly done?: boolean;
    readonly step_count?: number;
    readonly code?: string;
  };
}

/** One request, one reply, in order. */
async function ask(type: string, data?: Record<string, unknown>): Promise<Reply> {
  const reply = once(socket, 'message');
  socket.send(JSON.stringify({ type, data }));
  const [text] = await reply;
  return JSON.parse(String(text)) as Reply;
}

const first = await ask('reset', { seed: 7 });
assert.equal(first.type, 'observation');
assert.equal(first.data.done, false);
console.log(first.data.observation?.output);

const step = await ask('step', { code: 'echo hi' });
assert.equal(step.data.observation?.output, 'hi\n');
assert.equal(step.data.observation?.exit_code, 0);
assert.equal(step.data.reward, null);

const state = await ask('state');
assert.equal(state.type, 'state');
assert.equal(state.data.step_count, 1);

const unknown = await ask('dance');
assert.equal(unknown.data.code, 'UNKNOWN_TYPE');

const end = await ask('step', { submit: true });
assert.equal(end.data.done, true);
assert.equal(typeof end.data.reward, 'number');
console.log('reward', end.data.reward);

const closed = once(socket, 'close');
socket.send(JSON.stringify({ type: 'close' }));
const [code] = await closed;
assert.equal(code, 1000);
