import { describe, expect, test } from 'vitest';
import { doctor } from '../../clients/cli/doctor.ts';
import { type Diagnosis, diagnose } from '../../clients/cli/doctor-checks.ts';
import type { Machine } from '../../clients/cli/machine.ts';
import { FakeTerminal, stepwell } from './fake-terminal.ts';

const DOCKER: Record<string, unknown> = {
  '/version': { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux' },
  '/info': { Driver: 'overlay2', CgroupVersion: '1', SecurityOptions: [] },
};

/** A machine where all is well, but for what a test changes. */
function machine(changes: Partial<Machine> = {}): Machine {
  return {
    nodeVersion: '20.19.0',
    isRoot: false,
    env: {},
    home: '/home/a/.stepwell',
    run: async (program) => ({ ok: true, line: program === 'bwrap' ? 'bubblewrap 0.8.0' : 'Python 3.11.2' }),
    read: async (path) => (path === '/proc/filesystems' ? 'nodev\toverlay\n' : '1000\n'),
    folders: async () => [],
    docker: async (path) => {
      if (path.startsWith('/images/json')) return [{ Labels: { 'stepwell.image': 'bash' } }];
      return DOCKER[path];
    },
    isPortFree: async () => true,
    ...changes,
  };
}

const noDocker: Partial<Machine> = {
  docker: async () => {
    throw new Error('nobody listens at unix:///var/run/docker.sock');
  },
};

const missing =
  (...programs: string[]): Machine['run'] =>
  async (program) =>
    programs.includes(program) ? { ok: false, line: 'not installed' } : { ok: true, line: `${program} 1.0` };

function check(diagnosis: Diagnosis, name: string) {
  return diagnosis.checks.find((one) => one.name === name) ?? expect.fail(`nothing was said of ${name}`);
}

describe('the engine', () => {
  test('is Docker where one answers', async () => {
    const diagnosis = await diagnose(machine());
    expect(diagnosis.engine).toBe('docker');
    expect(diagnosis.checks.every(({ status }) => status === 'ok')).toBe(true);
    expect(check(diagnosis, 'Docker engine').found).toContain('20.10.24');
  });

  test('is the local one without Docker', async () => {
    const diagnosis = await diagnose(machine(noDocker));
    expect(diagnosis.engine).toBe('local');
    expect(diagnosis.reason).toContain('nobody listens');
  });

  test.each([
    ['python3', 'Python 3'],
    ['bwrap', 'bubblewrap'],
  ])('is none without Docker and %s', async (program, name) => {
    const diagnosis = await diagnose(machine({ ...noDocker, run: missing(program) }));
    expect(diagnosis).toMatchObject({ engine: null, reason: expect.stringContaining(name) });
    expect(check(diagnosis, name)).toMatchObject({
      status: 'bad',
      found: 'not installed',
      remedy: expect.stringContaining('install'),
    });
  });

  test('is none where bubblewrap is there and may not work', async () => {
    const run: Machine['run'] = async (program, ...args) =>
      program === 'bwrap' && args.length > 1
        ? { ok: false, line: 'No permissions to create new namespace' }
        : { ok: true, line: 'x 1.0' };
    const diagnosis = await diagnose(machine({ ...noDocker, run }));
    expect(diagnosis.engine).toBe(null);
    expect(check(diagnosis, 'bubblewrap').found).toContain('No permissions');
  });

  test('is the local one where Docker runs no Linux containers', async () => {
    const docker: Machine['docker'] = async (path) =>
      path === '/version' ? { Version: '27', ApiVersion: '1.47', Os: 'windows' } : DOCKER[path];
    expect((await diagnose(machine({ docker }))).engine).toBe('local');
  });
});

describe('the checks', () => {
  test.each<[string, Partial<Machine>, string, string]>([
    ['an old Node', { nodeVersion: '18.1.0' }, 'Node', 'bad'],
    ['no overlay', { read: async () => '' }, 'overlay', 'warn'],
    ['no user namespaces', { read: async () => '0\n' }, 'user namespaces', 'warn'],
    ['user namespaces as root', { read: async () => '0\n', isRoot: true }, 'user namespaces', 'ok'],
    ['a taken port', { isPortFree: async () => false }, 'port 8765', 'warn'],
    ['no images', noDocker, 'images', 'warn'],
    ['no cgroup', { read: async () => null }, 'cgroup', 'warn'],
  ])('tell of %s', async (_case, changes, name, status) => {
    expect(check(await diagnose(machine(changes)), name).status).toBe(status);
  });

  test('name datasets and images by what lies in the state folder', async () => {
    const folders: Machine['folders'] = async (path) =>
      path === '/home/a/.stepwell/datasets' ? ['nl2bash-fs2', 'nl2bash-fs1'] : ['bash'];
    const diagnosis = await diagnose(machine({ folders }));
    expect(check(diagnosis, 'datasets').found).toBe('nl2bash-fs1, nl2bash-fs2');
    expect(check(diagnosis, 'images').found).toBe('Docker: bash; local: bash');
  });
});

describe('the command', () => {
  test('shows each remedy and ends badly when no engine is possible', async () => {
    const terminal = new FakeTerminal();
    const exitCode = await doctor(machine({ ...noDocker, run: missing('bwrap') }), terminal, false);
    expect(exitCode).toBe(1);
    expect(terminal.printed).toContain('apt-get install bubblewrap');
    expect(terminal.printed).toContain('no engine: ');
  });

  test('prints JSON of this machine', async () => {
    const { exitCode, printed } = await stepwell(['doctor', '--json']);
    const diagnosis = JSON.parse(printed) as Diagnosis;
    expect(check(diagnosis, 'Node')).toMatchObject({ status: 'ok', found: process.versions.node });
    expect(exitCode).toBe(diagnosis.engine === null ? 1 : 0);
  });
});
