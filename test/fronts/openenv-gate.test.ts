import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';

const GATE = resolve(import.meta.dirname, '../../clients/openenv/gate.mjs');
const TLS_HANDSHAKE = 0x16;
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n';

let server: Server;
let gate: ChildProcess | undefined;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  gate?.kill();
  server.close();
});

/** Starts the gate for the server. @returns its port */
async function gatePort(scheme: string): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, STEPWELL_URL: `${scheme}://127.0.0.1:${port}`, PORT: '0', HOST: '127.0.0.1' };
  const started = spawn(process.execPath, [GATE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  gate = started;
  const [line] = await once(createInterface(started.stdout), 'line');
  return Number(line.split(' ').at(-1));
}

it.each(['https', 'wss'])('encrypts what it sends to an address with %s', async (scheme) => {
  const answer = fetch(`http://127.0.0.1:${await gatePort(scheme)}/health`);
  const [socket] = await once(server, 'connection');
  const [sent] = await once(socket, 'data');
  socket.destroy();
  expect(sent[0]).toBe(TLS_HANDSHAKE);
  expect((await answer).status).toBe(502);
});

it('closes the socket to the server when its client is cut off', async () => {
  const client = connect(await gatePort('http'), '127.0.0.1');
  client.write('GET /ws HTTP/1.1\r\nhost: gate\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
  const [socket] = await once(server, 'connection');
  await once(socket, 'data');
  socket.write(SWITCH);
  const [answer] = await once(client, 'data');
  expect(String(answer)).toContain('101');
  const closed = once(socket, 'close');
  client.resetAndDestroy();
  await closed;
});
