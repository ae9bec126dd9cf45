/** What the pool's tests share: a pool over a fake engine, at rest, and a look at what became of a promise. */
import { afterEach, beforeEach, vi } from 'vitest';
import { SandboxError } from '../../../docker/errors.ts';
import { SandboxPool } from '../../../docker/pool/pool.ts';
import type { PoolEvent, PoolOptions } from '../../../docker/pool/settings.ts';
import type { AcquireOptions, Isolation, RunRequest, Sandbox } from '../../../docker/sandbox.ts';
import { FakeEngine, settled } from '../fake-engine.ts';

export const EPISODE: AcquireOptions = { image: 'bash', purpose: 'episode' };
export const GRADING: AcquireOptions = { image: 'bash', purpose: 'grading' };
export const RUN: RunRequest = { code: 'true', timeoutMs: 1_000, maxOutputBytes: 64 };

/** Let each test of the file decide how time passes. */
export function withFakeTimers(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

export interface Made {
  readonly engine: FakeEngine;
  readonly pool: SandboxPool;
  readonly events: PoolEvent[];
}

/** A started pool at rest. */
export async function make(options: PoolOptions = {}, isolation: Isolation = 'layer'): Promise<Made> {
  const engine = new FakeEngine(isolation);
  const made = unstarted(engine, options);
  made.pool.start();
  await settled();
  return made;
}

export function unstarted(engine: FakeEngine, options: PoolOptions = {}): Made {
  const events: PoolEvent[] = [];
  const pool = new SandboxPool(engine, { onEvent: (event) => events.push(event), ...options });
  return { engine, pool, events };
}

/** What became of a promise so far. */
export function watch(acquired: Promise<Sandbox>): { sandbox: Sandbox | null; code: string | null } {
  const outcome: { sandbox: Sandbox | null; code: string | null } = { sandbox: null, code: null };
  acquired.then(
    (sandbox) => {
      outcome.sandbox = sandbox;
    },
    (error: unknown) => {
      outcome.code = error instanceof SandboxError ? error.code : String(error);
    },
  );
  return outcome;
}
