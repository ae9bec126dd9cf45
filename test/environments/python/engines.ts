import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../../docker/engine.ts';
import { LocalEngine } from '../../../docker/local-engine.ts';
import { ownerOf } from '../../../docker/owner.ts';
import { SandboxPool } from '../../../docker/pool.ts';
import { RunFolder } from '../../../docker/run-folder.ts';
import { dockerEngine, dockerMissing } from '../../engines.ts';

export interface PlayEngine {
  readonly engine: Engine;
  close(): Promise<void>;
}

/** The local engine over the host's own Python, with nothing built. */
async function localEngine(): Promise<PlayEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  const owner = await ownerOf(process.pid);
  const runFolder = await RunFolder.create(owner, join(folder, 'run'));
  const engine = new LocalEngine({
    owner,
    runFolder,
    imagesFolder: join(folder, 'images'),
    runnerFolder: join(import.meta.dirname, '../../../docker/runner'),
  });
  const close = async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { engine, close };
}

async function localMissing(): Promise<string | null> {
  const lacking = ['bwrap', 'python3'].filter(
    (name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status !== 0,
  );
  if (lacking.length > 0) return `this host lacks ${lacking.join(', ')}`;
  const { engine, close } = await localEngine();
  try {
    await engine.probe();
    return null;
  } catch (error) {
    return String(error);
  } finally {
    await close();
  }
}

export interface EngineCase {
  readonly name: string;
  /** Why it cannot be used here, or `null`. */
  readonly missing: string | null;
  open(): Promise<PlayEngine>;
}

/** Both kinds of engine. */
export async function engineCases(): Promise<EngineCase[]> {
  return [
    { name: 'Docker', missing: await dockerMissing(), open: dockerEngine },
    { name: 'local', missing: await localMissing(), open: localEngine },
  ];
}

/** A pool of Python sandboxes on an engine. */
export async function pythonPool(engine: EngineCase) {
  const opened = await engine.open();
  const pool = new SandboxPool(opened.engine, { images: { python: { warm: 2, max: 2 } } });
  return {
    pool,
    async close() {
      await pool.drain(0);
      await opened.close();
    },
  };
}
