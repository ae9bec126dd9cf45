import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BUILD_MS, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { atRest, type Footprint, nothingLeaks, recorded, trajectoryOf } from './leaks.ts';
import { statusOf } from './processes.ts';
import { asleepIn } from './sandboxes.ts';
import { Home, LONG_SLEEP, playsWell, Served, task, WELL } from './served.ts';

const MIB_IN_KB = 1024;
/** What a test may add to the peak of the server's resident memory. */
const ROOM_KB = 256 * MIB_IN_KB;
const MAX_CONNECTIONS = 150;

/** The first engine that is there: what is tried here happens before any sandbox is asked. */
const engines = await engineCases();
const under = engines.find(({ missing }) => missing === null) ?? engines[0];
if (under === undefined) throw new Error('there are no engines');

describeUnless(under.missing, 'sockets that misbehave', () => {
  const home = new Home();
  let served: Served;
  let before: Footprint;
  let memory: number;

  beforeAll(async () => {
    served = await Served.start({
      runtime: under.name,
      home,
      flags: [
        '--heartbeat-interval-ms=200',
        '--heartbeat-timeout-ms=2000',
        '--slow-reader-timeout-ms=1500',
        '--connect-timeout-ms=1500',
        `--max-connections=${MAX_CONNECTIONS}`,
        '--max-episodes=8',
        '--pool-max=2',
      ],
    });
    expect(await playsWell(served)).toBe(WELL);
    before = await atRest(served, 2);
    memory = statusOf(served.pid, 'VmHWM');
  }, BUILD_MS);
  afterAll(async () => {
    await served?.stop();
    home.remove();
  });

  const tcp = async (): Promise<Socket> => {
    const { port, hostname } = new URL(served.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.on('error', () => {});
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    return socket;
  };

  async function recovers(): Promise<void> {
    await nothingLeaks(served, before);
    expect(await playsWell(served)).toBe(WELL);
    await nothingLeaks(served, before);
    expect(statusOf(served.pid, 'VmHWM') - memory).toBeLessThan(ROOM_KB);
  }

  it('half open, in the midst of a step, are found out, and their episodes end', async () => {
    const socket = new WebSocket(`${served.url.replace('http', 'ws')}/v1`, { autoPong: false });
    socket.on('error', () => {});
    await once(socket, 'open');
    const send = (method: string, params: object) =>
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: method, method, params }));
    send('episode/reset', task('easy', { episode_id: 'half-open' }));
    await once(socket, 'message');
    const action = { code: `sleep ${LONG_SLEEP}`, timeout_ms: 120_000 };
    send('episode/step', { episode_id: 'half-open', action });
    await asleepIn(served);
    if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
    await recovers();
    expect(trajectoryOf(home, 'half-open').at(-1)).toMatchObject({ event: 'close', reason: 'disconnect' });
  });

  it('mute, more than there may be, are closed and keep nobody out', async () => {
    const mute = await Promise.all(Array.from({ length: 2 * MAX_CONNECTIONS }, tcp));
    expect(await playsWell(served)).toBe(WELL);
    await Promise.all(
      mute.map((socket) => (socket.closed || socket.readableEnded ? null : once(socket.resume(), 'end'))),
    );
    for (const socket of mute) socket.destroy();
    await recovers();
  });

  it('whose request trickles, or is cut in the middle, are closed', async () => {
    const sockets = await Promise.all([tcp(), tcp(), tcp()]);
    sockets[0]?.write('GET /v1 HTTP/1.1\r\nHost: ');
    sockets[1]?.write('\x16\x03\x01\x02\x00\x01\x00');
    sockets[2]?.end(
      'POST /openenv/bash-v1/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{',
    );
    await Promise.all(sockets.map((socket) => once(socket.resume(), 'end')));
    for (const socket of sockets) socket.destroy();
    await recovers();
  });

  it('that read nothing of large answers are cut, while others are served, in bounded memory', async () => {
    const slow = await Promise.all([served.connect(), served.connect()]);
    await Promise.all(
      slow.map(async (wire, n) => {
        const episode_id = await wire.reset(
          task('easy', { episode_id: `slow-${n}`, max_output_bytes: 4_194_304 }),
        );
        wire.socket.pause();
        const action = 'head -c 3000000 /dev/zero | tr "\\0" x';
        for (let step = 1; step <= 60; step += 1) wire.request('episode/step', { episode_id, step, action });
      }),
    );
    expect(await playsWell(served)).toBe(WELL);
    await recovers();
    const ends = recorded(home.trajectories).filter(({ name }) => name.startsWith('slow-'));
    expect(ends.map(({ events }) => events.at(-1))).toMatchObject(
      Array(2).fill({ event: 'close', reason: 'disconnect' }),
    );
  });

  it('that flood it with requests get each answered, while others are served, in bounded memory', async () => {
    const flood = await served.connect();
    const bystander = await served.connect();
    const episode_id = await bystander.reset(task('easy'));
    const count = 4_000;
    for (let n = 0; n < count; n += 1) {
      flood.request(n % 2 === 0 ? 'episode/step' : 'nonsense', {
        episode_id: 'none',
        action: 'x'.repeat(1_000),
      });
    }
    const { observation } = await bystander.result('episode/step', { episode_id, action: 'echo served' });
    expect(observation).toMatchObject({ output: 'served\n' });
    const names = new Set<unknown>();
    const ids = new Set<unknown>();
    for (let n = 0; n < count; n += 1) {
      const { id, error } = await flood.answer();
      ids.add(id);
      names.add(Object(error).data.name);
    }
    expect(ids.size).toBe(count);
    expect([...names].sort()).toEqual(['episode_not_found', 'method_not_found']);
    await bystander.result('episode/close', { episode_id });
    await recovers();
  });

  it('that flood it with resets get an episode or a reason, and all of it back when they go', async () => {
    const flood = await served.connect();
    const count = 60;
    for (let n = 0; n < count; n += 1)
      flood.request('episode/reset', task('easy', { episode_id: `flood-${n}` }));
    let begun = 0;
    // What is refused is refused at once; the pool has room for two, and the rest waits.
    for (let n = 0; n < count - 8 + 2; n += 1) {
      const answer = await flood.answer();
      if (answer.result !== undefined) begun += 1;
      else expect(answer).toMatchObject({ error: { data: { name: 'capacity', retryable: true } } });
    }
    expect(begun).toBe(2);
    await recovers();
  });

  it('that come and go by the hundred leave nothing', async () => {
    for (let round = 0; round < 8; round += 1) {
      const wires = await Promise.all(
        Array.from({ length: 50 }, async (_, n) => {
          const wire = await served.connect();
          if (n % 2 === 0) wire.request('environments/list');
          if (n % 25 === 0) wire.request('episode/reset', task('easy'));
          return wire;
        }),
      );
      for (const [n, { socket }] of wires.entries()) {
        if (n % 3 === 0) socket.close();
        else socket.terminate();
      }
      await Promise.all(wires.map(({ closed }) => closed));
    }
    await recovers();
  });
});
