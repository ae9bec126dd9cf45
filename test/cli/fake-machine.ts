import type { Machine } from '../../clients/cli/machine.ts';

export const DOCKER: Record<string, unknown> = {
  '/version': { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux' },
  '/info': { Driver: 'overlay2', CgroupVersion: '1', SecurityOptions: [] },
};

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
    docker: async (path) => {
      if (path.startsWith('/images/json')) return [{ Labels: { 'stepwell.image': 'bash' } }];
      return DOCKER[path];
    },
    isPortFree: async () => true,
    engine: async () => ({
      runtime: 'docker',
      reason: 'it answers',
      isolation: 'layer',
      isolationReason: 'it may',
    }),
    ...changes,
  };
}

export const noDocker: Partial<Machine> = {
  docker: async () => {
    throw new Error('nobody listens at unix:///var/run/docker.sock');
  },
};

export const missing =
  (...programs: string[]): Machine['run'] =>
  async (program) =>
    programs.includes(program) ? { ok: false, line: 'not installed' } : { ok: true, line: `${program} 1.0` };
