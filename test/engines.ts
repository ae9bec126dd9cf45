import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import type { Engine } from '../docker/engine.ts';
import { DockerEngine, type DockerEngineOptions } from '../docker/engines/docker/engine.ts';
import { DockerImageBuilder } from '../docker/engines/docker/image-builder.ts';
import { LocalEngine } from '../docker/engines/local/engine.ts';
import { LocalImageBuilder } from '../docker/engines/local/image-builder.ts';
import { localLacks } from '../docker/engines/local/provider.ts';
import { RunFolder } from '../docker/engines/run-folder.ts';
import type { EngineName } from '../docker/engines/table.ts';
import { ensureImages, type ImageBuilder } from '../docker/images/builder.ts';
import { runnerFolder } from '../docker/images/runner-files.ts';
import { ownerOf } from '../docker/owner.ts';
import { SandboxPool } from '../docker/pool/pool.ts';
import { absentPrograms, leftToAnother, SANDBOX_PATH, unlessRequired } from './requirements.ts';

/**
 * Limit in milliseconds for a hook that may build images: one that opens a Docker engine, or starts a server that does so.
 * Other hooks have `hookTimeout` of vitest.config.ts.
 */
export const BUILD_MS = 600_000;

/** Why there is no Docker engine to test with, or `null`. */
export async function dockerMissing(): Promise<string | null> {
  const missing = await new Docker().ping().then(
    () => null,
    (error: unknown) => `no Docker engine answers: ${error instanceof Error ? error.message : error}`,
  );
  return unlessRequired('docker', missing);
}

/** What tests of the local engine use that a bare machine lacks. */
export interface LocalNeeds {
  /** Programs that must be there, as they are run in its sandboxes. @default none */
  readonly programs?: readonly string[];
  /** Whether they use MariaDB where there is one. @default false */
  readonly usesMariadb?: boolean;
}

/** Why the local engine is not tested here, or `null`. */
export async function localMissing(needs: LocalNeeds = {}): Promise<string | null> {
  const { programs = [], usesMariadb = false } = needs;
  const left = leftToAnother('local');
  if (left !== null && programs.length === 0 && !usesMariadb) return left;
  const lacks = await localLacks();
  const missing = unlessRequired('local', lacks.join('; ') || noNamespaces());
  const absent = absentPrograms(programs, SANDBOX_PATH).map((name) => `no ${name}`);
  return missing ?? unlessRequired('programs', absent.join('; ') || null);
}

/** A host may refuse ordinary users namespaces. */
function noNamespaces(): string | null {
  const own = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const tried = spawnSync('unshare', [...own, '--mount', '--pid', '--fork', 'true']);
  return tried.status === 0 ? null : `no namespaces can be made: ${tried.stderr}`;
}

/** Why no engine of either kind can run here, or `null`. */
export async function noEngine(): Promise<string | null> {
  const docker = await dockerMissing();
  if (docker === null) return null;
  const local = await localMissing();
  return local === null ? null : `${docker}; ${local}`;
}

/** Whether Docker has a container of this id. */
export function containerExists(docker: Docker, id: string): Promise<boolean> {
  const inspected = docker.getContainer(id).inspect();
  return inspected.then(
    () => true,
    () => false,
  );
}

/**
 * Pause a container. On a busy machine the engine gives up before the kernel has stopped all of the container's processes: it is
 * asked again.
 */
export async function pauseContainer(container: Docker.Container, tries = 10): Promise<void> {
  try {
    await container.pause();
  } catch (error) {
    if (tries <= 1 || !String(error).includes('unable to freeze')) throw error;
    await pauseContainer(container, tries - 1);
  }
}

export interface OpenEngine {
  readonly engine: Engine;
  /** Makes more images for it. */
  readonly builder: ImageBuilder;
  close(): Promise<void>;
}

export interface TestEngine extends OpenEngine {
  readonly engine: DockerEngine;
  readonly docker: Docker;
}

/** A Docker engine with the images of both kinds of session, made first where they are missing. */
export async function dockerEngine(
  options: Pick<DockerEngineOptions, 'isolation' | 'control'> = {},
): Promise<TestEngine> {
  const docker = new Docker();
  const builder = new DockerImageBuilder(docker);
  await ensureImages({ builder, names: ['bash', 'python'] });
  const owner = await ownerOf(process.pid);
  const runFolder = await RunFolder.create(owner);
  const engine = new DockerEngine({ docker, owner, runFolder, ...options });
  // From here on it keeps to these, whatever another checkout builds under the same names.
  for (const name of ['bash', 'python']) await engine.image(name);
  return {
    engine,
    builder,
    docker,
    async close() {
      await engine.close();
      await runFolder.remove();
    },
  };
}

/** The local engine over the host's own programs, with nothing built. */
async function localEngine(): Promise<OpenEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  const owner = await ownerOf(process.pid);
  const runFolder = await RunFolder.create(owner, join(folder, 'run'));
  const imagesFolder = join(folder, 'images');
  const engine = new LocalEngine({ owner, runFolder, imagesFolder, runnerFolder });
  const close = async () => {
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { engine, builder: new LocalImageBuilder({ imagesFolder }), close };
}

export interface EngineCase {
  readonly name: EngineName;
  /** Why it cannot be used here, or `null`. */
  readonly missing: string | null;
  open(): Promise<OpenEngine>;
}

/** Both kinds of engine, those too that this machine lacks. @param needs what the tests use on the local one */
export async function engineCases(needs: LocalNeeds = {}): Promise<EngineCase[]> {
  return [
    { name: 'docker', missing: await dockerMissing(), open: dockerEngine },
    { name: 'local', missing: await localMissing(needs), open: localEngine },
  ];
}

/** A pool of sandboxes of one image on an engine. @param count of sandboxes @default 2 */
export async function openPool(engine: EngineCase, image: string, count = 2) {
  const opened = await engine.open();
  const pool = new SandboxPool(opened.engine, { images: { [image]: { warm: count, max: count } } });
  return {
    pool,
    async close() {
      await pool.drain(0);
      await opened.close();
    },
  };
}
