import type { Machine } from '../../clients/cli/machine.ts';
import { type DockerFacts, NoDockerError } from '../../docker/engines/docker/facts.ts';
import type { EngineName } from '../../docker/engines/table.ts';

export const DOCKER: DockerFacts = {
  version: '20.10.24',
  apiVersion: '1.41',
  os: 'linux',
  driver: 'overlay2',
  cgroupVersion: '1',
  isRootless: false,
};

const IMAGES = new Map<EngineName, string[]>([
  ['docker', ['bash']],
  ['local', []],
]);

/** A machine where all is well, but for what a test changes. */
export function machine(changes: Partial<Machine> = {}): Machine {
  return {
    nodeVersion: '20.19.0',
    isRoot: false,
    env: {},
    home: '/home/a/.stepwell',
    run: async () => ({ ok: true, line: 'Python 3.11.2' }),
    read: async (path) => (path === '/proc/filesystems' ? 'nodev\toverlay\n' : '1000\n'),
    folders: async () => [],
    docker: async () => DOCKER,
    images: async () => IMAGES,
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

export const noDocker: Partial<Machine> = {
  docker: async () => {
    throw new NoDockerError('nothing listens at unix:///var/run/docker.sock', false, null);
  },
  images: async () => new Map<EngineName, string[]>([['local', []]]),
};

export const missing =
  (...programs: string[]): Machine['run'] =>
  async (program) =>
    programs.includes(program) ? { ok: false, line: 'not installed' } : { ok: true, line: `${program} 1.0` };
