import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';

const GATE = resolve(import.meta.dirname, '../../clients/openenv/gate.mjs');
const TLS_HANDSHAKE = 0x16;

it.each(['https', 'wss'])('encrypts what it sends to an address with %s', async (scheme) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, STEPWELL_URL: `${scheme}://127.0.0.1:${port}`, PORT: '0', HOST: '127.0.0.1' };
  const gate = spawn(process.execPath, [GATE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = await once(createInterface(gate.stdout), 'line');
    const answer = fetch(`http://127.0.0.1:${line.split(' ').at(-1)}/health`);
    const [socket] = await once(server, 'connection');
    const [sent] = await once(socket, 'data');
    socket.destroy();
    expect(sent[0]).toBe(TLS_HANDSHAKE);
    expect((await answer).status).toBe(502);
  } finally {
    gate.kill();
    server.close();
  }
});
