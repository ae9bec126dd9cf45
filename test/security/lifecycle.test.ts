import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Deferred } from '../../docker/deferred.ts';
import { SandboxError } from '../../docker/errors.ts';
import { SandboxPool } from '../../docker/pool/pool.ts';
import type { PoolEvent, PoolOptions } from '../../docker/pool/settings.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { BUILD_MS, engineCases, type OpenEngine } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { LIST_PROCESSES } from '../shell-processes.ts';
import { LIMITS } from './bench.ts';
import { fateOn } from './containers.ts';

const MiB = 1024 * 1024;

for (const under of await engineCases()) {
  describeUnless(under.missing, `a container's life, on the ${under.name} engine`, () => {
    const fate = fateOn(under.name);
    const pools: SandboxPool[] = [];
    let open: OpenEngine;

    beforeAll(async () => {
      open = await under.open();
    }, BUILD_MS);
    afterEach(async () => {
      await Promise.all(pools.splice(0).map((pool) => pool.drain(0)));
    });
    afterAll(async () => {
      await open?.close();
    });

    function makePool(options: PoolOptions = {}) {
      const removed = new Deferred<PoolEvent>();
      let renewed = new Deferred<void>();
      const pool = new SandboxPool(open.engine, {
        images: { bash: { warm: 1, max: 1 } },
        gradingReserve: 0,
        limits: LIMITS,
        channel: { graceMs: 500 },
        onEvent: (event) => {
          if (event.type === 'removed') removed.resolve(event);
          if (event.type === 'reset') renewed.resolve();
        },
        ...options,
      });
      pools.push(pool);
      pool.start();
      const acquire = (signal?: AbortSignal) =>
        pool.acquire({
          image: 'bash',
          purpose: 'episode',
          queueTimeoutMs: 60_000,
          ...(signal ? { signal } : {}),
        });
      /** Settles when a sandbox is pristine again after this call. */
      const renewal = () => {
        renewed = new Deferred();
        return renewed.promise;
      };
      return { pool, acquire, removed: removed.promise, renewal };
    }

    const run = (sandbox: Sandbox, code: string, timeoutMs = 20_000) =>
      sandbox.run({ code, timeoutMs, maxOutputBytes: 65_536 });
    const output = async (sandbox: Sandbox, code: string) => (await run(sandbox, code)).output.toString();

    /** It has no trace of `sandbox`, and is another container. */
    async function isFresh(sandbox: Sandbox, earlier: Sandbox): Promise<void> {
      expect(sandbox.id).not.toBe(earlier.id);
      expect(await output(sandbox, `ls /mark 2>&1; ${LIST_PROCESSES}`)).toMatch(
        /No such file[^\n]*\nbash\n$/,
      );
    }

    /** Begin a step that does not end by itself. What comes of it, in a box so that it is not waited for. */
    async function underWay(
      sandbox: Sandbox,
      timeoutMs = 20_000,
    ): Promise<{ readonly outcome: Promise<unknown> }> {
      await run(sandbox, 'touch /mark');
      const outcome = run(sandbox, 'sleep 60', timeoutMs).catch((error: unknown) => error);
      return { outcome };
    }

    it('has no zombies, neither of orphans nor of a session that ended', async () => {
      const { acquire } = makePool();
      const sandbox = await acquire();
      const orphans =
        "python3 -c 'import os\nfor _ in range(40):\n  if os.fork() == 0:\n    if os.fork() == 0: os._exit(0)\n    os._exit(0)'";
      for (const code of [orphans, `(${orphans} &)`, 'kill -9 $$', '(sleep 0.01 &); kill -9 -1'])
        await run(sandbox, code);
      // Every process that could wait for an orphan does so without being asked: none is left once this one ran.
      expect(
        await output(
          sandbox,
          'while grep -q "^State:.Z" /proc/[0-9]*/status; do :; done 2>/dev/null; echo none',
        ),
      ).toBe('none\n');
      await sandbox.release();
    });

    it('that is killed in mid-step fails the step, and another takes its place', async () => {
      const { acquire, removed } = makePool();
      const sandbox = await acquire();
      const step = await underWay(sandbox);
      await fate.kill(sandbox);
      expect(await step.outcome).toMatchObject({
        name: 'SandboxError',
        code: 'died',
        actionMayHaveRun: true,
      });
      expect(await removed).toMatchObject({ cause: 'died', id: sandbox.id });
      await expect(run(sandbox, 'true')).rejects.toMatchObject({ code: 'died' });
      await sandbox.release();
      await isFresh(await acquire(), sandbox);
      expect(await fate.exists(sandbox)).toBe(false);
    });

    it('that is killed while it waits is replaced before anyone gets it', async () => {
      const { acquire, removed } = makePool();
      const sandbox = await acquire();
      await run(sandbox, 'touch /mark');
      await sandbox.release();
      const again = await acquire();
      expect(again.id).toBe(sandbox.id);
      await again.release();
      await fate.kill(sandbox);
      expect(await removed).toMatchObject({ id: sandbox.id });
      await isFresh(await acquire(), sandbox);
    });

    it('that is frozen in mid-step counts as unresponsive, and another takes its place', async () => {
      const { acquire, removed } = makePool();
      const sandbox = await acquire();
      // Long enough for all of it to be found and stopped before.
      const step = await underWay(sandbox, 5_000);
      await fate.freeze(sandbox);
      expect(await step.outcome).toMatchObject({
        name: 'SandboxError',
        code: 'unresponsive',
        actionMayHaveRun: true,
      });
      await sandbox.release();
      expect(await removed).toMatchObject({ id: sandbox.id });
      await isFresh(await acquire(), sandbox);
      expect(await fate.exists(sandbox)).toBe(false);
    });

    it('that is frozen while it waits does not pass the health check', async () => {
      const { acquire, removed, renewal } = makePool({ healthIntervalMs: 200, pingTimeoutMs: 300 });
      const sandbox = await acquire();
      const renewed = renewal();
      await sandbox.release();
      await renewed;
      await fate.freeze(sandbox);
      expect(await removed).toMatchObject({
        cause: 'unhealthy',
        id: sandbox.id,
      });
      await isFresh(await acquire(), sandbox);
    });

    it('that runs out of memory with nobody to blame ends the step in a failure or a result, never in silence', async () => {
      const limits = { ...LIMITS, memoryBytes: 64 * MiB, layerBytes: 256 * MiB };
      const { acquire } = makePool({ limits });
      const sandbox = await acquire();
      const fill =
        'touch /mark; echo 100 > /proc/self/oom_score_adj; cat /dev/zero > /full; cat /dev/zero > /dev/shm/full; echo end';
      const outcome = await run(sandbox, fill, 15_000).catch((error: unknown) => error);
      if (outcome instanceof SandboxError) {
        expect(outcome).toMatchObject({
          code: expect.stringMatching(/died|unresponsive|runner_fault/),
          actionMayHaveRun: true,
        });
      } else {
        // The shell went first, and the layer with it only at the end of the lease.
        expect(outcome).toHaveProperty('exitCode', expect.any(Number));
      }
      await sandbox.release();
      const following = await acquire();
      const found = await output(following, `ls /mark /full 2>&1 | grep -c "No such"; ${LIST_PROCESSES}`);
      expect(found).toMatch(/^2\nbash\n$/);
    });

    it('goes on through every race of release, abort and kill, without a sandbox in two hands', async () => {
      const { acquire, pool } = makePool({ images: { bash: { warm: 2, max: 2 } } });
      const held = new Set<string>();
      const play = async (number: number): Promise<string> => {
        const abort = new AbortController();
        if (number % 7 === 3) queueMicrotask(() => abort.abort());
        const sandbox = await acquire(abort.signal).catch((error: SandboxError) => error.code);
        if (typeof sandbox === 'string') return sandbox;
        expect(held.has(sandbox.id)).toBe(false);
        held.add(sandbox.id);
        const found = await output(sandbox, `cat /mark 2>/dev/null; echo ${number} > /mark; cat /mark`);
        expect(found).toBe(`${number}\n`);
        held.delete(sandbox.id);
        // Given back in the middle of a call, or twice.
        const late =
          number % 5 === 4 ? run(sandbox, 'sleep 30').catch((error: SandboxError) => error.code) : null;
        await Promise.all([sandbox.release(), sandbox.release()]);
        expect(await late).toBeOneOf([null, 'died']);
        await expect(run(sandbox, 'echo ghost')).rejects.toMatchObject({ code: 'died' });
        return 'played';
      };
      const outcomes = await Promise.all(Array.from({ length: 24 }, (_, number) => play(number)));
      expect(outcomes.filter((outcome) => outcome !== 'played')).toEqual([
        'capacity',
        'capacity',
        'capacity',
      ]);
      const { states } = pool.stats().images.bash ?? {};
      expect(states?.leased).toBe(0);
    });

    it('ends with the pool, even when an agent is at work', async () => {
      const { acquire, pool } = makePool();
      const sandbox = await acquire();
      const step = await underWay(sandbox);
      await pool.drain(0);
      expect(await step.outcome).toMatchObject({ code: 'died', actionMayHaveRun: true });
      expect(await fate.exists(sandbox)).toBe(false);
      await expect(acquire()).rejects.toMatchObject({ code: 'draining' });
    });
  });
}
