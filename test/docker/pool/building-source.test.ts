import { afterEach, describe, expect, it, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { BuildingSource, type BuildingSourceOptions } from '../../../docker/pool/building-source.ts';
import type { PoolOptions } from '../../../docker/pool/settings.ts';
import type { BuildProgress } from '../../../docker/sandbox.ts';
import { FakeEngine, Gate, settled } from '../fake-engine.ts';
import { EPISODE, RUN, unstarted, watch } from './fixture.ts';

afterEach(() => {
  vi.useRealTimers();
});

const SET = { image: 'set', purpose: 'episode' } as const;

/** A source over a pool whose engine has only the images that were built; a build waits for its gate. */
function make(options: PoolOptions = {}, limits: Pick<BuildingSourceOptions, 'atOnce' | 'maxWaiting'> = {}) {
  const engine = new FakeEngine();
  const built = new Set(['bash']);
  engine.onStart = (_container, { image }) => {
    if (!built.has(image)) throw new SandboxError('image_missing', `no image ${image}`);
  };
  const { pool } = unstarted(engine, options);
  const builds: { readonly image: string; readonly gate: Gate; readonly print: (line: string) => void }[] =
    [];
  const time = { now: 0 };
  const source = new BuildingSource({
    sandboxes: pool,
    now: () => time.now,
    ...limits,
    ensure: async (image, _signal, print) => {
      if (built.has(image)) return;
      const gate = new Gate();
      builds.push({ image, gate, print });
      await gate.opened;
      built.add(image);
    },
  });
  const gate = (n: number): Gate => builds[n]?.gate ?? expect.fail(`there is no build ${n}`);
  return { engine, built, builds, gate, source, pool, time };
}

describe('a source that builds images', () => {
  it('builds an image once, for all who ask for it meanwhile, and never again', async () => {
    const { builds, gate, source } = make();
    const waiting = [1, 2, 3].map(() => watch(source.acquire(SET)));
    await settled();
    expect(builds.map(({ image }) => image)).toEqual(['set']);
    expect(waiting.map(({ sandbox }) => sandbox)).toEqual([null, null, null]);
    gate(0).open();
    await settled();
    expect(waiting.map(({ sandbox }) => sandbox?.image.name)).toEqual(['set', 'set', 'set']);
    await source.acquire(SET);
    expect(builds).toHaveLength(1);
  });

  it('hands out and runs sandboxes of other images while it builds', async () => {
    const { source, gate } = make();
    const running = await source.acquire(EPISODE);
    const waiting = watch(source.acquire(SET));
    await settled();
    await expect(running.run(RUN)).resolves.toMatchObject({ exitCode: 0 });
    await running.release();
    await expect(source.acquire(EPISODE)).resolves.toMatchObject({ image: { name: 'bash' } });
    expect(waiting).toEqual({ sandbox: null, code: null });
    gate(0).open();
    await settled();
    expect(waiting.sandbox?.image.name).toBe('set');
  });

  it('does not count a build against the deadline of the queue', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { engine, source, gate } = make();
    const starting = new Gate();
    engine.onStart = () => starting.opened;
    const waiting = watch(source.acquire({ ...SET, queueTimeoutMs: 1_000 }));
    await settled();
    vi.advanceTimersByTime(60_000);
    await settled();
    expect(waiting.code).toBeNull();
    gate(0).open();
    await settled();
    vi.advanceTimersByTime(999);
    await settled();
    expect(waiting.code).toBeNull();
    vi.advanceTimersByTime(1);
    await settled();
    expect(waiting.code).toBe('capacity');
  });

  it('builds a few images at a time, the others in their order', async () => {
    const { builds, gate, source } = make();
    const waiting = ['a', 'b', 'c', 'd'].map((image) => watch(source.acquire({ ...SET, image })));
    await settled();
    expect(builds.map(({ image }) => image)).toEqual(['a', 'b']);
    gate(1).open();
    await settled();
    expect(builds.map(({ image }) => image)).toEqual(['a', 'b', 'c']);
    expect(waiting.map(({ sandbox }) => sandbox?.image.name)).toEqual([undefined, 'b', undefined, undefined]);
    for (const n of [0, 2]) gate(n).open();
    await settled();
    gate(3).open();
    await settled();
    expect(waiting.map(({ sandbox }) => sandbox?.image.name)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('refuses a build when too many wait, but not another wait for the same image', async () => {
    const { builds, source } = make({}, { atOnce: 1, maxWaiting: 1 });
    const waiting = ['a', 'b', 'b', 'c'].map((image) => watch(source.acquire({ ...SET, image })));
    await settled();
    expect(waiting.map(({ code }) => code)).toEqual([null, null, null, 'capacity']);
    expect(builds).toHaveLength(1);
  });

  it('tells all who wait how far the build is, the latest at most once a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { builds, gate, source } = make({}, { atOnce: 1 });
    const told: Record<string, BuildProgress[]> = { a: [], b: [] };
    const acquire = (image: 'a' | 'b') =>
      watch(source.acquire({ ...SET, image, onBuilding: (progress) => told[image]?.push(progress) }));
    acquire('a');
    acquire('b');
    await settled();
    expect(told).toEqual({
      a: [],
      b: [{ image: 'b', ahead: 1, line: '' }],
    });
    for (const line of ['one', 'two', 'three']) builds[0]?.print(line);
    expect(told.a?.map(({ line }) => line)).toEqual(['one']);
    vi.advanceTimersByTime(1_000);
    expect(told.a?.map(({ line }) => line)).toEqual(['one', 'three']);
    vi.advanceTimersByTime(10_000);
    expect(told.a).toHaveLength(2);
    gate(0).open();
    await settled();
    expect(told.b?.at(-1)).toEqual({ image: 'b', ahead: 0, line: '' });
  });

  it('asks again about all images after it was told to look again', async () => {
    const { built, builds, gate, source } = make();
    const first = watch(source.acquire(SET));
    await settled();
    gate(0).open();
    await settled();
    expect(first.sandbox?.image.name).toBe('set');
    await first.sandbox?.release();
    built.delete('set');
    await source.acquire(SET).then((again) => again.release());
    expect(builds).toHaveLength(1);
    source.lookAgain();
    watch(source.acquire(SET));
    await settled();
    expect(builds).toHaveLength(2);
  });

  it('builds one image after the other with a limit of one, also after a failure', async () => {
    const { builds, gate, source } = make({}, { atOnce: 1 });
    const waiting = ['a', 'b'].map((image) => watch(source.acquire({ ...SET, image })));
    await settled();
    expect(builds.map(({ image }) => image)).toEqual(['a']);
    gate(0).fail(new Error('no space left'));
    await settled();
    expect(builds.map(({ image }) => image)).toEqual(['a', 'b']);
    gate(1).open();
    await settled();
    expect(waiting.map(({ code, sandbox }) => code ?? sandbox?.image.name)).toEqual(['start_failed', 'b']);
  });

  it('tells a failure in the builder’s last words, and tries again after a pause', async () => {
    const { builds, gate, source, time } = make();
    const refused = expect(source.acquire(SET)).rejects.toMatchObject({
      code: 'start_failed',
      message: 'Image "set" cannot be used: tar: unexpected end of file',
    });
    await settled();
    gate(0).fail(new Error('tar: unexpected end of file'));
    await refused;
    time.now = 9_999;
    await expect(source.acquire(SET)).rejects.toThrow('tar: unexpected end of file');
    expect(builds).toHaveLength(1);
    time.now = 10_000;
    const waiting = watch(source.acquire(SET));
    await settled();
    gate(1).open();
    await settled();
    expect(waiting.sandbox?.image.name).toBe('set');
  });

  it('builds anew what somebody has removed', async () => {
    const { built, builds, gate, source } = make({ totalMax: 1 });
    const first = watch(source.acquire(SET));
    await settled();
    gate(0).open();
    await settled();
    await first.sandbox?.release();
    await source.acquire(EPISODE).then((other) => other.release());
    built.delete('set');
    const again = watch(source.acquire(SET));
    await settled();
    await settled();
    expect(builds).toHaveLength(2);
    gate(1).open();
    await settled();
    expect(again.sandbox?.image.name).toBe('set');
  });

  it('asks the pool about an image that nobody can build', async () => {
    const { pool } = make();
    const source = new BuildingSource({ sandboxes: pool, ensure: async () => [] });
    await expect(source.acquire({ ...SET, image: 'nowhere' })).rejects.toMatchObject({
      code: 'image_missing',
    });
  });

  it('lets go of those who give up, and builds on for the others', async () => {
    const { gate, source } = make();
    const abort = new AbortController();
    const leaving = watch(source.acquire({ ...SET, signal: abort.signal }));
    const staying = watch(source.acquire(SET));
    await settled();
    abort.abort();
    await settled();
    expect(leaving.code).toBe('capacity');
    gate(0).open();
    await settled();
    expect(staying.sandbox?.image.name).toBe('set');
    await expect(source.acquire({ ...SET, image: 'x', signal: abort.signal })).rejects.toMatchObject({
      code: 'capacity',
    });
  });

  it('sends home who waits when it closes, begins no further build and waits for the one under way', async () => {
    const { builds, gate, source } = make({}, { atOnce: 1 });
    const waiting = ['a', 'b'].map((image) => watch(source.acquire({ ...SET, image })));
    await settled();
    let closed = false;
    const closing = source.close().then(() => {
      closed = true;
    });
    await settled();
    expect(waiting.map(({ code }) => code)).toEqual(['draining', 'draining']);
    expect(closed).toBe(false);
    gate(0).open();
    await closing;
    expect(builds.map(({ image }) => image)).toEqual(['a']);
    await expect(source.acquire({ ...SET, image: 'c' })).rejects.toMatchObject({ code: 'draining' });
  });
});
