import Docker from 'dockerode';
import { z } from 'zod';
import type { Finding } from '../finding.ts';
import { engineMessageOf } from './errors.ts';

/** What a Docker engine says of itself. */
export interface DockerFacts {
  readonly version: string;
  readonly apiVersion: string;
  /** System of its containers: `linux`, or another one, which no sandbox runs on. */
  readonly os: string;
  /** Storage driver, e.g. `overlay2`. */
  readonly driver: string;
  /** `1` or `2`, where it says so. */
  readonly cgroupVersion: string | undefined;
  readonly isRootless: boolean;
}

/** Why no Docker engine can be asked. */
export class NoDockerError extends Error {
  override readonly name = 'NoDockerError';
  /** Whether an engine is there, and this user may not use it. */
  readonly isForbidden: boolean;

  constructor(message: string, isForbidden: boolean, cause: unknown) {
    super(message, { cause });
    this.isForbidden = isForbidden;
  }
}

const TIMEOUT_MS = 5_000;

const Version = z.looseObject({ Version: z.string(), ApiVersion: z.string(), Os: z.string() });
const Info = z.looseObject({
  Driver: z.string(),
  CgroupVersion: z.string().optional(),
  SecurityOptions: z.array(z.string()).nullish(),
});

/**
 * Ask the Docker engine that a server would use.
 * @throws {NoDockerError} none answers, or this user may not use it
 */
export async function dockerFacts(): Promise<DockerFacts> {
  try {
    const docker = new Docker({ timeout: TIMEOUT_MS });
    const { Version: version, ApiVersion: apiVersion, Os: os } = Version.parse(await docker.version());
    const info = Info.parse(await docker.info());
    return {
      version,
      apiVersion,
      os,
      driver: info.Driver,
      cgroupVersion: info.CgroupVersion,
      isRootless: info.SecurityOptions?.some((option) => option.includes('rootless')) ?? false,
    };
  } catch (error) {
    throw noDocker(error);
  }
}

function noDocker(error: unknown): NoDockerError {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES') return new NoDockerError(`this user may not use ${host}`, true, error);
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new NoDockerError(`nothing listens at ${host}`, false, error);
  }
  if (code === 'ECONNRESET') return new NoDockerError(`no answer from ${host}`, false, error);
  const message =
    error instanceof z.ZodError ? 'does not answer like a Docker engine' : engineMessageOf(error);
  return new NoDockerError(message, false, error);
}

/** What the doctor says of it. @param ask `dockerFacts`, but for tests */
export async function dockerFinding(ask = dockerFacts): Promise<Finding> {
  const name = 'Docker engine';
  const remedy = 'a running one gives the best speed; without it the local engine is used';
  try {
    const { version, apiVersion, os, driver, cgroupVersion, isRootless } = await ask();
    const found = `${version} (API ${apiVersion}, ${driver}, cgroup ${cgroupVersion ?? '?'})`;
    if (os !== 'linux') {
      return { name, status: 'bad', found: `${found} for ${os}`, remedy: 'switch it to Linux containers' };
    }
    if (isRootless) {
      const slower =
        'a rootless engine may refuse layers; episodes then get fresh containers, which is slower';
      return { name, status: 'warn', found: `${found}, rootless`, remedy: slower };
    }
    return { name, status: 'ok', found };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const isForbidden = error instanceof NoDockerError && error.isForbidden;
    return {
      name,
      status: 'bad',
      found,
      remedy: isForbidden ? `add the user to its group, e.g. docker; ${remedy}` : remedy,
    };
  }
}
