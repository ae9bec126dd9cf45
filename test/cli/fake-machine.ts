import type { Machine } from '../../clients/cli/machine.ts';
import { type DockerFacts, dockerFinding, NoDockerError } from '../../docker/engines/docker/facts.ts';
import type { Look } from '../../docker/engines/finding.ts';
import { examineLocal } from '../../docker/engines/local/needs.ts';
import type { EngineName } from '../../docker/engines/table.ts';

export const DOCKER: DockerFacts = {
  version: '20.10.24',
  apiVersion: '1.41',
  os: 'linux',
  driver: 'overlay2',
  cgroupVersion: '1',
  isRootless: false,
};

/** What a test may change of a machine. */
export interface Changes extends Partial<Machine> {
  /** What the Docker engine says of itself. */
  readonly docker?: () => Promise<DockerFacts>;
  /** Names of the images of each engine that can be asked. */
  readonly images?: Partial<Record<EngineName, readonly string[]>>;
}

const IMAGES = { docker: ['bash'], local: [] };

/** A machine where all is well, but for what a test changes. */
export function machine({ docker = async () => DOCKER, images = IMAGES, ...changes }: Changes = {}): Machine {
  const look: Look = {
    isRoot: false,
    run: async () => ({ ok: true, line: 'Python 3.11.2' }),
    read: async (path) => (path === '/proc/filesystems' ? 'nodev\toverlay\n' : '1000\n'),
    ...changes,
  };
  return {
    ...look,
    nodeVersion: '20.19.0',
    env: {},
    home: '/home/a/.stepwell',
    folders: async () => [],
    engines: async () => [
      {
        name: 'docker',
        programs: 'image',
        findings: [await dockerFinding(docker)],
        images: images.docker ?? null,
      },
      {
        name: 'local',
        programs: 'machine',
        findings: await examineLocal(look),
        images: images.local ?? null,
      },
    ],
    isPortFree: async () => true,
    engine: async () => ({
      runtime: 'docker',
      programs: 'image',
      reason: 'it answers',
      isolation: 'layer',
      isolationReason: 'it may',
    }),
    ...changes,
  };
}

export const noDocker: Changes = {
  docker: async () => {
    throw new NoDockerError('nothing listens at unix:///var/run/docker.sock', false, null);
  },
  images: { local: [] },
};

export const missing =
  (...programs: string[]): Machine['run'] =>
  async (program) =>
    programs.includes(program) ? { ok: false, line: 'not installed' } : { ok: true, line: `${program} 1.0` };
