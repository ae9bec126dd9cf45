import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { SandboxPool } from '../../../docker/pool/pool.ts';
import type { Isolation, Purpose, Sandbox } from '../../../docker/sandbox.ts';
import { FakeEngine, refusal, SILENCE, settled } from '../fake-engine.ts';
import { RUN, withFakeTimers } from './fixture.ts';

const TOTAL_MAX = 4;
const RESERVE = 1;
const IMAGE_MAX = 3;

withFakeTimers();

/** Everything that may happen to a pool, in any order; what must hold is checked after each step. */
class Play {
  readonly engine: FakeEngine;
  readonly pool: SandboxPool;
  readonly held: Sandbox[] = [];
  /** Calls of `acquire`, and how many of them came back with a sandbox or a reason. */
  asked = 0;
  answered = 0;

  constructor(isolation: Isolation) {
    this.engine = new FakeEngine(isolation);
    this.pool = new SandboxPool(this.engine, {
      images: { a: { warm: 1, max: IMAGE_MAX }, b: { max: IMAGE_MAX } },
      totalMax: TOTAL_MAX,
      gradingReserve: RESERVE,
      parallelStarts: 2,
      queueTimeoutMs: 20_000,
      startTimeoutMs: 2_000,
      healthIntervalMs: 3_000,
      pingTimeoutMs: 500,
    });
    this.pool.start();
  }

  acquire(image: string, purpose: Purpose): void {
    this.asked += 1;
    this.pool.acquire({ image, purpose }).then(
      (sandbox) => {
        this.answered += 1;
        this.held.push(sandbox);
      },
      (error: unknown) => {
        if (error instanceof SandboxError) this.answered += 1;
      },
    );
  }

  release(n: number): void {
    const [sandbox] = this.held.splice(n % Math.max(1, this.held.length), 1);
    void sandbox?.release();
  }

  misbehave(kind: 'die' | 'silent' | 'reset' | 'rubbish', n: number): void {
    const container = this.engine.alive[n % Math.max(1, this.engine.alive.length)];
    if (kind === 'die') container?.die();
    else if (kind === 'reset') container?.runner.answer('reset', () => refusal('fault'));
    else if (kind === 'rubbish') container?.runner.sendRaw(Buffer.from([0, 0, 0, 0]));
    else for (const op of ['ping', 'run', 'reset']) container?.runner.answer(op, () => SILENCE);
  }

  startsGo(how: 'well' | 'wrong' | 'mute'): void {
    this.engine.greets = how !== 'mute';
    this.engine.onStart = () => {
      if (how === 'wrong') throw new SandboxError('start_failed', 'scripted');
    };
  }

  check(): void {
    expect(this.engine.alive.length).toBeLessThanOrEqual(TOTAL_MAX + RESERVE);
    for (const image of ['a', 'b']) {
      const count = this.engine.alive.filter((container) => container.image.name === image).length;
      expect(count).toBeLessThanOrEqual(IMAGE_MAX + RESERVE);
    }
    const ids = this.held.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
}

const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(fc.constant('acquire' as const), fc.constantFrom('a', 'b'), fc.boolean()),
  },
  { weight: 4, arbitrary: fc.tuple(fc.constant('release' as const), fc.nat(9)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('run' as const), fc.nat(9)) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constant('misbehave' as const),
      fc.constantFrom('die' as const, 'silent' as const, 'reset' as const, 'rubbish' as const),
      fc.nat(9),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('starts' as const),
      fc.constantFrom('well' as const, 'wrong' as const, 'mute' as const),
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant('wait' as const), fc.integer({ min: 1, max: 8_000 })) },
);

it('keeps its maximums, leases nothing twice, answers everyone and leaves nothing behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Isolation>('layer', 'replace'),
      fc.array(anyStep, { minLength: 5, maxLength: 40 }),
      async (isolation, steps) => {
        const play = new Play(isolation);
        for (const step of steps) {
          if (step[0] === 'acquire') play.acquire(step[1], step[2] ? 'grading' : 'episode');
          else if (step[0] === 'release') play.release(step[1]);
          else if (step[0] === 'misbehave') play.misbehave(step[1], step[2]);
          else if (step[0] === 'starts') play.startsGo(step[1]);
          else if (step[0] === 'wait') await vi.advanceTimersByTimeAsync(step[1]);
          else play.held[step[1] % Math.max(1, play.held.length)]?.run(RUN).catch(() => {});
          await settled();
          play.check();
        }
        // Once starts go well again and holders release, everyone gets a sandbox or has been told why not.
        play.startsGo('well');
        for (let i = 0; i < 200 && play.pool.stats().queued > 0; i += 1) {
          play.release(0);
          await vi.advanceTimersByTimeAsync(500);
          await settled();
          play.check();
        }
        expect(play.answered).toBe(play.asked);
        const drained = play.pool.drain(1_000);
        await vi.advanceTimersByTimeAsync(1_000);
        await drained;
        expect(play.engine.alive).toEqual([]);
        expect(vi.getTimerCount()).toBe(0);
        for (const { states } of Object.values(play.pool.stats().images)) {
          expect(Object.values(states).every((count) => count === 0)).toBe(true);
        }
      },
    ),
    { numRuns: 150 },
  );
});
