import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import Docker from 'dockerode';
import { withDeadline } from './deadline.ts';
import { type ControlMode, DockerEngine } from './docker-engine.ts';
import { messageOf } from './docker-errors.ts';
import type { Engine } from './engine.ts';
import { SandboxError } from './errors.ts';
import type { ImageBuilder } from './images/builder.ts';
import { DockerImageBuilder } from './images/docker-builder.ts';
import { LocalImageBuilder } from './images/local-builder.ts';
import { runnerFolder } from './images/runner-files.ts';
import { LocalEngine } from './local-engine.ts';
import { ownerOf } from './owner.ts';
import { defaultRunParent, RunFolder } from './run-folder.ts';
import type { Isolation } from './sandbox.ts';

export type Runtime = 'auto' | 'docker' | 'local';

export interface RuntimeChoice {
  readonly runtime: 'docker' | 'local';
  /** For people: why this one. */
  readonly reason: string;
}

/** What this machine offers; tests answer in its place. */
export interface RuntimeFacts {
  /** Why no Docker engine can be used, or `null` when one answers. */
  docker(): Promise<string | null>;
  /** What the local engine lacks, each with what to do about it; none when it can be used. */
  local(): Promise<readonly string[]>;
}

/**
 * Which engine to use. `auto` prefers Docker.
 * @throws {SandboxError} `start_failed`, saying what to install
 */
export async function chooseRuntime(runtime: Runtime, facts: RuntimeFacts): Promise<RuntimeChoice> {
  const refused = (message: string) => new SandboxError('start_failed', message);
  const noDocker = runtime === 'local' ? null : await facts.docker();
  if (runtime !== 'local' && noDocker === null) {
    const why = runtime === 'docker' ? 'asked for' : 'a Docker engine answers, and auto prefers it';
    return { runtime: 'docker', reason: why };
  }
  if (runtime === 'docker') {
    throw refused(`No Docker engine can be used (${noDocker}). Start one, or use --runtime local.`);
  }
  const lacks = await facts.local();
  if (lacks.length === 0) {
    return { runtime: 'local', reason: runtime === 'local' ? 'asked for' : `no Docker engine (${noDocker})` };
  }
  const missing = `The local engine lacks: ${lacks.join('; ')}.`;
  throw refused(runtime === 'local' ? missing : `No Docker engine can be used (${noDocker}). ${missing}`);
}

/** Facts of this machine. */
export function machineFacts(docker: Docker, timeoutMs = 3_000): RuntimeFacts {
  return {
    docker: async () => {
      try {
        const { Os } = await withDeadline(docker.version(), timeoutMs, () => {
          throw new Error(`it did not answer within ${timeoutMs} ms`);
        });
        return Os === 'linux' ? null : `it runs ${Os} containers, not Linux ones`;
      } catch (error) {
        return messageOf(error);
      }
    },
    local: async () => {
      if (process.platform !== 'linux') return ['Linux: elsewhere a Docker engine is needed'];
      const lacks: string[] = [];
      if (!(await anyExists(['/usr/bin/python3', '/usr/local/bin/python3']))) {
        lacks.push('Python 3 below /usr (e.g. apt-get install python3)');
      }
      if (!(await anyExists(['/bin/bash']))) lacks.push('bash (e.g. apt-get install bash)');
      return lacks;
    },
  };
}

async function anyExists(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.allSettled(paths.map((path) => access(path, constants.X_OK)));
  return found.some(({ status }) => status === 'fulfilled');
}

export interface OpenEngineOptions {
  /** @default auto */
  readonly runtime?: Runtime;
  /** The state folder; local images lie in its `images/`. */
  readonly home: string;
  /** @default auto */
  readonly isolation?: Isolation | 'auto';
  /** @default auto */
  readonly control?: ControlMode | 'auto';
  /** Where run folders are made. @default `defaultRunParent()` */
  readonly runParent?: string;
}

export interface OpenEngine extends RuntimeChoice {
  readonly engine: Engine;
  /** Makes images for this engine. */
  readonly builder: ImageBuilder;
  /** Close the engine and forget the run folder. */
  close(): Promise<void>;
}

/**
 * The engine to use on this machine, ready to be probed.
 * @throws {SandboxError} `start_failed`, saying what to install
 */
export async function openEngine(options: OpenEngineOptions): Promise<OpenEngine> {
  const docker = new Docker();
  const choice = await chooseRuntime(options.runtime ?? 'auto', machineFacts(docker));
  const owner = await ownerOf(process.pid);
  const runParent = options.runParent ?? defaultRunParent();
  const runFolder = await RunFolder.create(owner, runParent);
  const imagesFolder = join(options.home, 'images');
  const { isolation, control } = options;
  const engine =
    choice.runtime === 'docker'
      ? new DockerEngine({ docker, owner, runFolder, runParent, isolation, control })
      : new LocalEngine({ owner, runFolder, runParent, imagesFolder, runnerFolder });
  const builder = makeBuilder(choice.runtime, docker, imagesFolder);
  const close = async (): Promise<void> => {
    await engine.close();
    await runFolder.remove();
  };
  return { ...choice, engine, builder, close };
}

/** An image builder alone, e.g. for `images build`. */
export function makeBuilder(runtime: 'docker' | 'local', docker: Docker, imagesFolder: string): ImageBuilder {
  return runtime === 'docker' ? new DockerImageBuilder(docker) : new LocalImageBuilder({ imagesFolder });
}
