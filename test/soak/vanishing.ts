import { once } from 'node:events';
import { WebSocket } from 'ws';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import { FILLERS, type Play } from './plays.ts';
import type { Random } from './random.ts';

/** Longest wait for an answer, in milliseconds: beyond a reset's in a queue. */
const ANSWER_MS = 90_000;

/** A client that begins an episode, asks for a step and is gone without a word while it runs. @throws {Error} no answer comes */
export async function vanish(url: string, play: Play, random: Random): Promise<void> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1`);
  const within = { signal: AbortSignal.timeout(ANSWER_MS) };
  try {
    await once(socket, 'open', within);
    let id = 0;
    const ask = (method: string, params: object): void => {
      id += 1;
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    };
    ask('initialize', { protocol_version: PROTOCOL_VERSION });
    await once(socket, 'message', within);
    ask('episode/reset', { ...play.reset, episode_id: `vanishing-${random.next()}` });
    // Some are gone before their reset is answered.
    if (random.chance(0.3)) return;
    const [answer] = await once(socket, 'message', within);
    const { result } = JSON.parse(String(answer)) as { result?: { episode_id: string } };
    if (result === undefined) return;
    const code = random.pick(FILLERS[play.reset.environment] ?? ['']);
    ask('episode/step', { episode_id: result.episode_id, action: { code } });
    if (random.chance(0.3)) ask('episode/step', { episode_id: result.episode_id, action: { submit: true } });
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 300)));
  } finally {
    socket.on('error', () => {});
    socket.terminate();
  }
}
