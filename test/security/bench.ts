import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Limits } from '../../docker/engine.ts';
import type { EngineName } from '../../docker/engines/table.ts';
import type { Session } from '../../docker/image-definition.ts';
import { SandboxPool } from '../../docker/pool/pool.ts';
import type { PoolEvent } from '../../docker/pool/settings.ts';
import type { RunRequest, RunResult, Sandbox, StoredImage } from '../../docker/sandbox.ts';
import { BUILD_MS, type EngineCase, engineCases, type OpenEngine } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

const MiB = 1024 * 1024;

/** Small, so that attempts to pass them are short. */
export const LIMITS: Limits = {
  memoryBytes: 256 * MiB,
  cpus: 1,
  pids: 128,
  layerBytes: 64 * MiB,
  layerInodes: 4096,
};

/** What the attempts of a suite work with. */
export interface SecurityBench {
  readonly kind: EngineName;
  /** What the sandboxes' sessions run. */
  readonly session: Session;
  /** A pristine sandbox of a pool that has one container only, given back after the test. */
  acquire(stored?: StoredImage): Promise<Sandbox>;
  /** Folder of the image store, empty at first. */
  store(): string;
  /** Give it back now and take the next lease, by default of the same container. */
  next(sandbox: Sandbox, expected?: 'same' | 'another'): Promise<Sandbox>;
  run(sandbox: Sandbox, code: string, request?: Partial<RunRequest>): Promise<RunResult>;
  output(sandbox: Sandbox, code: string, request?: Partial<RunRequest>): Promise<string>;
  /** Run one of `probes/` in the sandbox, in its session itself where that is Python's; what it reported. */
  probe(sandbox: Sandbox, name: string): Promise<unknown>;
  /** The sandbox answers, whatever was done to it. */
  answers(sandbox: Sandbox): Promise<void>;
  pool(): SandboxPool;
  /** What the pool told since the test began. */
  events(): readonly PoolEvent[];
}

/** Run a suite over every engine, in sandboxes with this session. */
export async function onEveryEngine(
  title: string,
  suite: (bench: SecurityBench) => void,
  session: Session = 'bash',
): Promise<void> {
  for (const under of await engineCases()) {
    describeUnless(under.missing, `${title}, on the ${under.name} engine`, () => {
      suite(benchOver(under, session));
    });
  }
}

function benchOver(under: EngineCase, session: Session): SecurityBench {
  let open: OpenEngine | null = null;
  let pool: SandboxPool | null = null;
  let store: string | null = null;
  const held = new Set<Sandbox>();
  const events: PoolEvent[] = [];

  beforeAll(async () => {
    open = await under.open();
    store = await mkdtemp(join(tmpdir(), 'stepwell-test-store-'));
    pool = new SandboxPool(open.engine, {
      images: { [session]: { warm: 1, max: 1 } },
      gradingReserve: 0,
      limits: LIMITS,
      store,
      onEvent: (event) => events.push(event),
    });
    pool.start();
  }, BUILD_MS);
  afterEach(async () => {
    await Promise.all([...held].map((sandbox) => sandbox.release()));
    held.clear();
    events.length = 0;
  });
  afterAll(async () => {
    await pool?.drain(1_000);
    await open?.close();
    if (store !== null) await rm(store, { recursive: true, force: true });
  });

  const started = () => {
    if (pool === null) throw new Error('The pool has not started.');
    return pool;
  };
  const bench: SecurityBench = {
    kind: under.name,
    session,
    store() {
      if (store === null) throw new Error('The store is not there yet.');
      return store;
    },
    async acquire(stored) {
      const wait = { purpose: 'episode', queueTimeoutMs: 60_000 } as const;
      const sandbox = await started().acquire({ image: session, stored, ...wait });
      held.add(sandbox);
      return sandbox;
    },
    async next(sandbox, expected = 'same') {
      held.delete(sandbox);
      await sandbox.release();
      const following = await bench.acquire();
      if (expected === 'same') expect(following.id).toBe(sandbox.id);
      else expect(following.id).not.toBe(sandbox.id);
      return following;
    },
    run: (sandbox, code, request = {}) =>
      sandbox.run({ code, timeoutMs: 20_000, maxOutputBytes: 65_536, ...request }),
    async output(sandbox, code, request) {
      return (await bench.run(sandbox, code, request)).output.toString();
    },
    async probe(sandbox, name) {
      const program = await probeText(name);
      const maxOutputBytes = 16 * MiB;
      const text =
        session === 'python'
          ? await bench.output(sandbox, program, { maxOutputBytes })
          : await bench.output(sandbox, 'python3 -I -', { stdin: program, maxOutputBytes });
      try {
        return JSON.parse(text);
      } catch {
        throw new Error(`${name} reported no JSON:\n${text}`);
      }
    },
    async answers(sandbox) {
      const code = session === 'python' ? "print('alive')" : 'echo alive';
      expect(await bench.output(sandbox, code)).toContain('alive\n');
    },
    pool: started,
    events: () => events,
  };
  return bench;
}

/** The program of a probe. */
export async function probeText(name: string): Promise<string> {
  const parts = ['prelude.py', name].map((part) =>
    readFile(new URL(`probes/${part}`, import.meta.url), 'utf8'),
  );
  return (await Promise.all(parts)).join('\n');
}
