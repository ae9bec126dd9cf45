import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { StoredImage } from '../../../docker/sandbox.ts';
import { FakeEngine, Gate, refusal, settled } from '../fake-engine.ts';
import { EPISODE, make, RUN, unstarted, watch } from './fixture.ts';

const red: StoredImage = { name: 'red', layers: ['base', 'red'] };
const blue: StoredImage = { name: 'blue', layers: ['base', 'blue'], env: { A: '1' }, workdir: '/app' };
const one = { images: { bash: { warm: 1, max: 1 } }, gradingReserve: 0, store: '/store' };

describe('images of the store', () => {
  it('are named to the engine by their folder', async () => {
    const engine = new FakeEngine();
    const stores: unknown[] = [];
    engine.onStart = (_, { store }) => void stores.push(store);
    unstarted(engine, one).pool.start();
    await settled();
    expect(stores).toEqual(['/store']);
  });

  it('are taken by a reset of the container that is free', async () => {
    const { engine, pool } = await make(one);
    const { runner } = engine.container(0);
    const sandbox = await pool.acquire({ ...EPISODE, stored: blue });
    expect(runner.requests.at(-1)?.header).toMatchObject({
      op: 'reset',
      image: { layers: ['base', 'blue'], env: { A: '1' }, workdir: '/app' },
    });
    expect(sandbox.image.name).toBe('blue');
    expect(sandbox.image.digest).toMatch(/^sha256:/);
    expect(pool.stats().images.bash?.states).toMatchObject({ leased: 1 });
  });

  it('stay in the sandbox that had them, so that the next lease waits for no reset', async () => {
    const { engine, pool } = await make(one);
    const { runner } = engine.container(0);
    const first = await pool.acquire({ ...EPISODE, stored: red });
    await first.release();
    await settled();
    expect(runner.count('reset')).toBe(2);
    const second = await pool.acquire({ ...EPISODE, stored: { ...red, name: 'another name' } });
    expect(runner.count('reset')).toBe(2);
    await second.release();
    await settled();
    const own = await pool.acquire(EPISODE);
    expect(runner.count('reset')).toBe(4);
    expect(runner.requests.at(-1)?.header).not.toHaveProperty('image');
    expect(own.image.name).toBe('bash');
  });

  it('are kept for as long as a container shows them, also between two leases', async () => {
    const kept = new Map<string, number>();
    const add = (name: string, count: number) => kept.set(name, (kept.get(name) ?? 0) + count);
    const keep = ({ name }: StoredImage) => {
      add(name, 1);
      return () => add(name, -1);
    };
    const { pool } = await make({ ...one, keep });
    const first = await pool.acquire({ ...EPISODE, stored: red });
    expect([...kept]).toEqual([['red', 1]]);
    await first.release();
    await settled();
    expect([...kept]).toEqual([['red', 1]]);
    const second = await pool.acquire({ ...EPISODE, stored: blue });
    expect([...kept]).toEqual([
      ['red', 0],
      ['blue', 1],
    ]);
    await second.release();
    await settled();
    await (await pool.acquire(EPISODE)).release();
    await settled();
    expect([...kept.values()]).toEqual([0, 0]);
    const last = await pool.acquire({ ...EPISODE, stored: red });
    await last.release();
    await pool.drain(0);
    expect([...kept.values()]).toEqual([0, 0]);
  });

  it('are given up by free containers on demand, and by leased ones after the lease as always', async () => {
    const { engine, pool } = await make({ ...one, images: { bash: { warm: 2, max: 2 } } });
    const leases = [
      await pool.acquire({ ...EPISODE, stored: red }),
      await pool.acquire({ ...EPISODE, stored: blue }),
    ];
    await leases[0]?.release();
    await settled();
    await pool.giveUpImages();
    const images = [0, 1].map((n) => engine.container(n).runner.requests.at(-1)?.header.image);
    expect(images.map((image) => (image as StoredImage | undefined)?.name).sort()).toEqual([
      'blue',
      undefined,
    ]);
    const own = await pool.acquire(EPISODE);
    expect(own.image.name).toBe('bash');
    expect(leases[1]?.stored).toEqual(blue);
  });

  it('are not kept by a container that cannot show them', async () => {
    let kept = 0;
    const keep = () => {
      kept += 1;
      return () => {
        kept -= 1;
      };
    };
    const { engine, pool } = await make({ ...one, keep });
    const { runner } = engine.container(0);
    runner.answer('reset', ({ header }) => (header.image === undefined ? {} : refusal('image_missing')));
    await expect(pool.acquire({ ...EPISODE, stored: red })).rejects.toMatchObject({ code: 'image_missing' });
    expect(kept).toBe(0);
  });

  it('are prepared for those who wait, in their order', async () => {
    const { engine, pool } = await make(one);
    const { runner } = engine.container(0);
    const first = await pool.acquire(EPISODE);
    const waiting = [red, blue, undefined].map((stored) => watch(pool.acquire({ ...EPISODE, stored })));
    await settled();
    await first.release();
    await settled();
    expect(waiting.map(({ sandbox }) => sandbox?.image.name)).toEqual(['red', undefined, undefined]);
    expect(runner.count('reset')).toBe(1);
    await waiting[0]?.sandbox?.release();
    await settled();
    await waiting[1]?.sandbox?.release();
    await settled();
    expect(waiting.map(({ sandbox }) => sandbox?.image.name)).toEqual(['red', 'blue', 'bash']);
    expect(runner.count('reset')).toBe(3);
  });

  it('are prepared for each of those who wait by another container', async () => {
    const { engine, pool } = await make({ ...one, images: { bash: { warm: 2, max: 2 } } });
    const leases = [await pool.acquire(EPISODE), await pool.acquire(EPISODE)];
    const waiting = [red, blue].map((stored) => watch(pool.acquire({ ...EPISODE, stored })));
    for (const lease of leases) await lease.release();
    await settled();
    expect(waiting.map(({ sandbox }) => sandbox?.image.name)).toEqual(['red', 'blue']);
    expect([0, 1].map((index) => engine.container(index).runner.count('reset'))).toEqual([1, 1]);
  });

  it('go to the container that shows them already', async () => {
    const { engine, pool } = await make({ ...one, images: { bash: { warm: 2, max: 2 } } });
    const leases = [
      await pool.acquire({ ...EPISODE, stored: red }),
      await pool.acquire({ ...EPISODE, stored: blue }),
    ];
    for (const lease of leases) await lease.release();
    await settled();
    const resets = () => [0, 1].map((index) => engine.container(index).runner.count('reset'));
    const before = resets();
    const again = [
      await pool.acquire({ ...EPISODE, stored: red }),
      await pool.acquire({ ...EPISODE, stored: blue }),
    ];
    expect(again.map(({ image }) => image.name)).toEqual(['red', 'blue']);
    expect(resets()).toEqual(before);
  });

  it('take the place of one that a container is being reset to for nobody', async () => {
    const { engine, pool, events } = await make({ ...one, gradingReserve: 1 });
    const { runner } = engine.container(0);
    const first = await pool.acquire({ ...EPISODE, stored: red });
    await first.release();
    // The runner answers the first reset when the second one comes.
    const waiting = watch(pool.acquire({ ...EPISODE, stored: blue }));
    await settled();
    await settled();
    expect(waiting.sandbox?.image.name).toBe('blue');
    expect(runner.requests.filter(({ op }) => op === 'reset').map(({ header }) => header.image)).toEqual([
      { name: 'red', layers: ['base', 'red'], env: {}, workdir: '/' },
      { name: 'red', layers: ['base', 'red'], env: {}, workdir: '/' },
      { name: 'blue', layers: ['base', 'blue'], env: { A: '1' }, workdir: '/app' },
    ]);
    expect(engine.asked).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'removed')).toEqual([]);
  });

  it.each(['died', 'refused'])(
    'that take the place of one that then is %s are shown all the same',
    async (how) => {
      const { engine, pool, events } = await make(one);
      const { runner } = engine.container(0);
      const first = await pool.acquire({ ...EPISODE, stored: red });
      runner.answer('reset', ({ header }) =>
        isDeepStrictEqual(header.image, { name: 'red', layers: red.layers, env: {}, workdir: '/' })
          ? refusal(how === 'died' ? 'abandoned' : 'image_missing')
          : {},
      );
      await first.release();
      const waiting = watch(pool.acquire({ ...EPISODE, stored: blue }));
      await settled();
      await settled();
      expect(waiting.sandbox?.image.name).toBe('blue');
      await waiting.sandbox?.release();
      expect(events.filter(({ type }) => type === 'removed')).toEqual([]);
    },
  );

  it('wait for the container that is being reset to them for nobody', async () => {
    const { engine, pool } = await make(one);
    const { runner } = engine.container(0);
    const first = await pool.acquire({ ...EPISODE, stored: red });
    await first.release();
    const second = await pool.acquire({ ...EPISODE, stored: red });
    expect(second.image.name).toBe('red');
    expect(runner.count('reset')).toBe(2);
  });

  it('that no free container shows go to the one that has been free for longest', async () => {
    const { engine, pool } = await make({ ...one, images: { bash: { warm: 2, max: 2 } } });
    const [first, second] = [
      await pool.acquire({ ...EPISODE, stored: red }),
      await pool.acquire({ ...EPISODE, stored: blue }),
    ];
    await second.release();
    await settled();
    await first.release();
    await settled();
    const third = await pool.acquire({ ...EPISODE, stored: { name: 'green', layers: ['green'] } });
    expect(third.id).toBe(second.id);
    expect((await pool.acquire({ ...EPISODE, stored: red })).id).toBe(first.id);
    expect(engine.containers).toHaveLength(2);
  });

  it.each(['image_missing', 'not_supported'])(
    'that are refused with %s fail their request alone',
    async (code) => {
      const { engine, pool, events } = await make(one);
      const { runner } = engine.container(0);
      runner.answer('reset', ({ header }) => (header.image === undefined ? {} : refusal(code)));
      await expect(pool.acquire({ ...EPISODE, stored: red })).rejects.toMatchObject({ code });
      const next = await pool.acquire(EPISODE);
      expect((await next.run(RUN)).exitCode).toBe(0);
      expect(events.filter(({ type }) => type === 'removed')).toEqual([]);
    },
  );

  it.each([
    ['../out', { layers: ['base', '../out'] }],
    ['no layer', { layers: [] }],
    ['too many', { layers: Array.from({ length: 257 }, () => 'base') }],
    ['workdir', { layers: ['base'], workdir: 'app' }],
  ])('that no runner would take are refused at once: %s', async (_, image) => {
    const { engine, pool } = await make(one);
    await expect(pool.acquire({ ...EPISODE, stored: { name: 'wrong', ...image } })).rejects.toMatchObject({
      code: 'not_supported',
    });
    expect(engine.container(0).runner.count('reset')).toBe(0);
  });

  it('at which a runner fails cost one container, and fail their request', async () => {
    const { engine, pool } = await make(one);
    engine.onStart = ({ runner }) => runner.answer('reset', () => refusal('fault'));
    engine.container(0).runner.answer('reset', () => refusal('fault'));
    await expect(pool.acquire({ ...EPISODE, stored: red })).rejects.toMatchObject({ code: 'runner_fault' });
    expect(await pool.acquire(EPISODE)).toMatchObject({ id: engine.container(1).id });
    expect(engine.containers).toHaveLength(2);
  });

  it('that are refused leave the container prepared as its own image is', async () => {
    const { engine, pool } = await make({ ...one, prepare: () => 'prepare' });
    const { runner } = engine.container(0);
    runner.answer('reset', ({ header }) => (header.image === undefined ? {} : refusal('image_missing')));
    const before = runner.count('run');
    await expect(pool.acquire({ ...EPISODE, stored: red })).rejects.toMatchObject({ code: 'image_missing' });
    expect(runner.count('run')).toBe(before + 1);
  });

  it('are not prepared with what prepares the own image', async () => {
    const { engine, pool } = await make({ ...one, prepare: () => 'prepare' });
    const { runner } = engine.container(0);
    const before = runner.count('run');
    await pool.acquire({ ...EPISODE, stored: red });
    expect(runner.count('run')).toBe(before);
  });

  it('are given to another container when the first one dies', async () => {
    const { engine, pool } = await make(one);
    const gate = new Gate();
    engine.container(0).runner.answer('reset', async () => {
      await gate.opened;
      return {};
    });
    const waiting = watch(pool.acquire({ ...EPISODE, stored: red }));
    await settled();
    engine.container(0).runner.end();
    for (let turn = 0; turn < 20 && waiting.sandbox === null; turn += 1) await settled();
    expect(waiting).toMatchObject({ code: null, sandbox: { image: { name: 'red' } } });
    expect(waiting.sandbox?.id).toBe(engine.container(1).id);
  });

  it('need no queue where a container is free', async () => {
    const { pool } = await make(one);
    const sandbox = await pool.acquire({ ...EPISODE, stored: red, queueTimeoutMs: 0 });
    expect(sandbox.image.name).toBe('red');
    await expect(pool.acquire({ ...EPISODE, stored: red, queueTimeoutMs: 0 })).rejects.toMatchObject({
      code: 'capacity',
    });
  });

  it('are refused where containers are replaced', async () => {
    const { pool } = await make(one, 'replace');
    await expect(pool.acquire({ ...EPISODE, stored: red })).rejects.toMatchObject({ code: 'not_supported' });
    expect((await pool.acquire(EPISODE)).image.name).toBe('bash');
  });

  it('that nobody waits for any longer go to the next one', async () => {
    const { engine, pool } = await make(one);
    const gate = new Gate();
    engine.container(0).runner.answer('reset', async () => {
      await gate.opened;
      return {};
    });
    const abort = new AbortController();
    const gone = watch(pool.acquire({ ...EPISODE, stored: red, signal: abort.signal }));
    const next = watch(pool.acquire({ ...EPISODE, stored: red }));
    await settled();
    abort.abort();
    gate.open();
    for (let turn = 0; turn < 5; turn += 1) await settled();
    expect(gone.code).toBe('capacity');
    expect(next.sandbox?.image.name).toBe('red');
  });
});
