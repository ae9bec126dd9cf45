import { Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChannelOptions, RunnerChannel } from '../../../docker/link/channel.ts';
import { MAX_FRAME_BYTES } from '../../../docker/link/frames.ts';
import { FakeRunner, Gate, refusal, SILENCE, settled } from '../fake-engine.ts';

function connect(options?: ChannelOptions): { channel: RunnerChannel; runner: FakeRunner } {
  const [host, inside] = duplexPair();
  const runner = new FakeRunner(inside);
  return { channel: new RunnerChannel(host, options), runner };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a runner channel', () => {
  it('is ready after hello and ready, and says what the runner said of itself', async () => {
    const { channel, runner } = connect();
    const seen = vi.fn();
    channel.ready.then(seen);
    runner.send({ event: 'hello', version: 1, isolation: 'replace', session: 'bash' });
    await settled();
    expect(seen).not.toHaveBeenCalled();
    runner.send({ event: 'ready' });
    await settled();
    expect(seen).toHaveBeenCalledWith(expect.objectContaining({ isolation: 'replace' }));
  });

  it('matches replies by id, whatever their order', async () => {
    const { channel, runner } = connect();
    const gate = new Gate();
    runner.answer('run', async () => {
      await gate.opened;
      return { payload: Buffer.from('late') };
    });
    const order: string[] = [];
    const run = channel.request('run').then((reply) => order.push(`run ${reply.payload}`));
    const ping = channel.ping(1_000).then(() => order.push('ping'));
    await ping;
    gate.open();
    await run;
    expect(order).toEqual(['ping', 'run late']);
    expect(channel.pendingRequests).toBe(0);
  });

  it('sends requests that are made together in one system call, and in order', async () => {
    const sent: string[][] = [];
    const names = (frames: readonly Buffer[]) =>
      frames.map((frame) => JSON.parse(frame.subarray(8).toString()).op);
    const stream = new Duplex({
      read() {},
      write(frame, _encoding, done) {
        sent.push(names([frame]));
        done();
      },
      writev(frames, done) {
        sent.push(names(frames.map(({ chunk }) => chunk)));
        done();
      },
    });
    const channel = new RunnerChannel(stream);
    for (const op of ['put', 'run', 'mark']) channel.request(op).catch(() => {});
    await settled();
    channel.request('reset').catch(() => {});
    await settled();
    expect(sent).toEqual([['put', 'run', 'mark'], ['reset']]);
    channel.close('died', 'the end of the test');
  });

  it.each([
    ['path_not_found', 'path_not_found'],
    ['path_refused', 'path_refused'],
    ['file_too_large', 'file_too_large'],
    ['not_supported', 'not_supported'],
    ['bad_request', 'runner_fault'],
    ['fault', 'runner_fault'],
    ['unheard_of', 'runner_fault'],
  ])('turns the code %s into %s and lives on', async (code, expected) => {
    const { channel, runner } = connect();
    runner.answer('get', () => refusal(code, 'the reason'));
    await expect(channel.request('get')).rejects.toMatchObject({ code: expected, message: 'the reason' });
    await expect(channel.request('mark')).resolves.toMatchObject({ header: { ok: true } });
  });

  it("gives a request its own deadline and a grace, then counts the runner's silence as its death", async () => {
    const { channel, runner } = connect({ graceMs: 500 });
    runner.answer('run', () => SILENCE);
    const run = channel.request('run', {}, { timeoutMs: 2_000, runsCode: true });
    const mark = channel.request('mark', {}, { timeoutMs: 60_000 });
    const outcomes = vi.fn();
    run.catch(outcomes);
    mark.catch(outcomes);
    await vi.advanceTimersByTimeAsync(2_499);
    expect(outcomes).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await expect(run).rejects.toMatchObject({ code: 'unresponsive', actionMayHaveRun: true });
    await expect(mark).rejects.toMatchObject({ code: 'unresponsive', actionMayHaveRun: false });
    await expect(channel.closed).resolves.toMatchObject({ code: 'unresponsive' });
    await expect(channel.request('mark')).rejects.toMatchObject({ code: 'unresponsive' });
  });

  it('gives requests without a deadline the default one', async () => {
    const { channel, runner } = connect({ graceMs: 0, requestTimeoutMs: 100 });
    runner.answer('mark', () => SILENCE);
    const failed = expect(channel.request('mark')).rejects.toMatchObject({ code: 'unresponsive' });
    await vi.advanceTimersByTimeAsync(100);
    await failed;
  });

  it('survives an unanswered ping and its late answer', async () => {
    const { channel, runner } = connect();
    const gate = new Gate();
    runner.answer('ping', async () => {
      await gate.opened;
      return {};
    });
    const failed = expect(channel.ping(50)).rejects.toMatchObject({ code: 'unresponsive' });
    await vi.advanceTimersByTimeAsync(50);
    await failed;
    gate.open();
    await settled();
    await expect(channel.request('mark')).resolves.toBeDefined();
  });

  it('rejects what is pending and what comes later when the stream ends', async () => {
    const { channel, runner } = connect();
    runner.answer('run', () => SILENCE);
    const run = channel.request('run', {}, { runsCode: true });
    const put = channel.request('put');
    const runFails = expect(run).rejects.toMatchObject({ code: 'died', actionMayHaveRun: true });
    const putFails = expect(put).rejects.toMatchObject({ code: 'died', actionMayHaveRun: false });
    runner.end();
    await runFails;
    await putFails;
    await expect(channel.ready).rejects.toMatchObject({ code: 'died' });
    await expect(channel.request('run', {}, { runsCode: true })).rejects.toMatchObject({
      code: 'died',
      actionMayHaveRun: false,
    });
    await expect(channel.ping(1_000)).rejects.toMatchObject({ code: 'died' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('dies of a broken stream', async () => {
    const [host] = duplexPair();
    const channel = new RunnerChannel(host);
    host.destroy(new Error('EPIPE'));
    await expect(channel.closed).resolves.toMatchObject({
      code: 'died',
      message: expect.stringContaining('EPIPE'),
    });
  });

  it.each<[string, (runner: FakeRunner) => void]>([
    ['bytes that are no frame', (runner) => runner.sendRaw(Buffer.from('\0\0\0\x06\0\0\0\x02{]'))],
    ['an endless frame', (runner) => runner.sendRaw(Buffer.from([0xff, 0xff, 0xff, 0xff]))],
    ['an answer nobody asked for', (runner) => runner.send({ id: 99, ok: true })],
    ['an unknown event', (runner) => runner.send({ event: 'surprise' })],
    ['ready before hello', (runner) => runner.send({ event: 'ready' })],
    ['another version', (runner) => runner.send({ event: 'hello', version: 2, isolation: 'layer' })],
  ])('dies as a fault of the runner after %s', async (_, misbehave) => {
    const { channel, runner } = connect();
    runner.answer('run', () => SILENCE);
    const run = channel.request('run', {}, { runsCode: true });
    const failed = expect(run).rejects.toMatchObject({ code: 'runner_fault', actionMayHaveRun: true });
    misbehave(runner);
    await failed;
    await expect(channel.closed).resolves.toMatchObject({ code: 'runner_fault' });
  });

  it('refuses a request that is too large for a frame, sends none of it, and lives on', async () => {
    const { channel, runner } = connect();
    const payload = [Buffer.alloc(MAX_FRAME_BYTES)];
    await expect(channel.request('put', {}, { payload })).rejects.toMatchObject({ code: 'file_too_large' });
    await channel.request('mark');
    expect(runner.requests.map(({ op }) => op)).toEqual(['mark']);
  });

  it('rejects with what it was closed with', async () => {
    const { channel, runner } = connect();
    runner.answer('mark', () => SILENCE);
    const failed = expect(channel.request('mark')).rejects.toMatchObject({ code: 'died', message: 'enough' });
    channel.close('died', 'enough');
    channel.close('runner_fault', 'ignored');
    await failed;
  });
});
