import Docker from 'dockerode';
import { DockerEngine, type DockerEngineOptions } from '../docker/docker-engine.ts';
import { machineFacts } from '../docker/engine-choice.ts';
import { ensureImages } from '../docker/images/builder.ts';
import { DockerImageBuilder } from '../docker/images/docker-builder.ts';
import { ownerOf } from '../docker/owner.ts';
import { RunFolder } from '../docker/run-folder.ts';

/** Why there is no Docker engine to test with, or `null`. With STEPWELL_REQUIRE_DOCKER=1 its absence is an error. */
export async function dockerMissing(): Promise<string | null> {
  try {
    await new Docker().ping();
    return null;
  } catch (error) {
    if (process.env.STEPWELL_REQUIRE_DOCKER === '1') throw error;
    return `no Docker engine answers: ${error instanceof Error ? error.message : error}`;
  }
}

export interface TestEngine {
  readonly engine: DockerEngine;
  readonly docker: Docker;
  close(): Promise<void>;
}

/** A Docker engine with the images of both kinds of session, made first where they are missing. */
export async function dockerEngine(
  options: Pick<DockerEngineOptions, 'isolation' | 'control'> = {},
): Promise<TestEngine> {
  const docker = new Docker();
  await ensureImages({ builder: new DockerImageBuilder(docker), names: ['bash', 'python'] });
  const owner = await ownerOf(process.pid);
  const runFolder = await RunFolder.create(owner);
  const engine = new DockerEngine({ docker, owner, runFolder, ...options });
  return {
    engine,
    docker,
    async close() {
      await engine.close();
      await runFolder.remove();
    },
  };
}

/** Why no engine of either kind can run here, or `null`. */
export async function noEngine(): Promise<string | null> {
  const docker = await dockerMissing();
  if (docker === null) return null;
  const local = await machineFacts(new Docker()).local();
  return local.length === 0 ? null : `${docker}; ${local.join('; ')}`;
}
