import { describe, expect, test } from 'vitest';
import { doctor } from '../../clients/cli/doctor.ts';
import { type Diagnosis, diagnose } from '../../clients/cli/doctor-checks.ts';
import type { Machine } from '../../clients/cli/machine.ts';
import { NoDockerError } from '../../docker/engines/docker/facts.ts';
import { type Changes, DOCKER, machine, missing, noDocker } from './fake-machine.ts';
import { FakeTerminal, stepwell } from './fake-terminal.ts';

const windows = async () => ({ ...DOCKER, os: 'windows' });
const forbidden = async () => {
  throw new NoDockerError('this user may not use unix:///var/run/docker.sock', true, null);
};

function check(diagnosis: Diagnosis, name: string) {
  return diagnosis.checks.find((one) => one.name === name) ?? expect.fail(`nothing was said of ${name}`);
}

describe('the engine', () => {
  test('is the one that a server would choose, and tried', async () => {
    const diagnosis = await diagnose(machine());
    expect(diagnosis).toMatchObject({ engine: 'docker', reason: 'it answers', isolation: 'layer' });
    expect(diagnosis.checks.every(({ status }) => status === 'ok')).toBe(true);
  });

  test('may be Docker before its images are built', async () => {
    const engine: Machine['engine'] = async () => ({
      runtime: 'docker',
      programs: 'image',
      reason: 'it answers',
      isolation: null,
      isolationReason: 'there is no image base',
    });
    expect(await diagnose(machine({ engine }))).toMatchObject({ engine: 'docker', isolation: null });
  });

  test('is none when the local one does not work', async () => {
    const engine: Machine['engine'] = async () => ({
      runtime: 'local',
      programs: 'machine',
      reason: 'no Docker engine',
      isolation: null,
      isolationReason: 'it needs layers',
    });
    expect(await diagnose(machine({ ...noDocker, engine }))).toMatchObject({
      engine: null,
      reason: 'it needs layers',
    });
  });

  test('is none when nothing is installed', async () => {
    const engine: Machine['engine'] = () => Promise.reject(new Error('The local engine lacks: Python 3.'));
    expect(await diagnose(machine({ ...noDocker, engine }))).toMatchObject({
      engine: null,
      reason: 'The local engine lacks: Python 3.',
    });
  });
});

describe('the checks', () => {
  test.each<[string, Changes, string, string]>([
    ['a missing Python', { run: missing('python3') }, 'Python 3', 'bad'],
    ['no Docker', noDocker, 'Docker engine', 'bad'],
    ['Docker for other systems', { docker: windows }, 'Docker engine', 'bad'],
    ['a rootless Docker', { docker: async () => ({ ...DOCKER, isRootless: true }) }, 'Docker engine', 'warn'],
    ['a Docker engine of others', { docker: forbidden }, 'Docker engine', 'bad'],
    ['an old Node', { nodeVersion: '18.20.0' }, 'Node', 'bad'],
    ['a Node 20 that is too old', { nodeVersion: '20.11.1' }, 'Node', 'bad'],
    ['the oldest Node that works', { nodeVersion: '20.12.0' }, 'Node', 'ok'],
    ['a newer Node', { nodeVersion: '22.1.0' }, 'Node', 'ok'],
    ['no overlay', { read: async () => '' }, 'overlay', 'warn'],
    ['no user namespaces', { read: async () => '0\n' }, 'user namespaces', 'warn'],
    ['user namespaces as root', { read: async () => '0\n', isRoot: true }, 'user namespaces', 'ok'],
    ['a taken port', { isPortFree: async () => false }, 'port 8765', 'warn'],
    ['no images for the local engine', noDocker, 'images', 'ok'],
    ['no images for Docker', { images: { docker: [] } }, 'images', 'warn'],
    ['no cgroup', { read: async () => null }, 'cgroup', 'warn'],
  ])('tell of %s', async (_case, changes, name, status) => {
    expect(check(await diagnose(machine(changes)), name).status).toBe(status);
  });

  test('say which setting forbids user namespaces', async () => {
    const settings =
      (forbidding: string, value: string): Machine['read'] =>
      async (path) =>
        path.endsWith(forbidding) ? `${value}\n` : path.endsWith('max_user_namespaces') ? '15000\n' : null;
    const remedy = async (read: Machine['read']) =>
      check(await diagnose(machine({ read })), 'user namespaces').remedy;
    expect(await remedy(settings('unprivileged_userns_clone', '0'))).toContain(
      'sysctl kernel.unprivileged_userns_clone=1',
    );
    expect(await remedy(settings('apparmor_restrict_unprivileged_userns', '1'))).toContain(
      'sysctl kernel.apparmor_restrict_unprivileged_userns=0',
    );
    expect(await remedy(async () => '0\n')).toContain('sysctl user.max_user_namespaces=');
  });

  test('name datasets and images by what lies in the state folder', async () => {
    const folders: Machine['folders'] = async (path) =>
      path === '/home/a/.stepwell/datasets' ? ['nl2bash-fs2', 'nl2bash-fs1'] : [];
    const images = { docker: ['bash'], local: ['bash'] };
    const diagnosis = await diagnose(machine({ folders, images }));
    expect(check(diagnosis, 'datasets').found).toBe('nl2bash-fs1, nl2bash-fs2');
    expect(check(diagnosis, 'images').found).toBe('docker: bash; local: bash');
  });
});

describe('the command', () => {
  test('shows each remedy and ends badly when no engine is possible', async () => {
    const terminal = new FakeTerminal();
    const exitCode = await doctor(
      machine({
        ...noDocker,
        run: missing('python3'),
        engine: () => Promise.reject(new Error('nothing to play on')),
      }),
      terminal,
      false,
    );
    expect(exitCode).toBe(1);
    expect(terminal.printed).toContain('apt-get install python3');
    expect(terminal.printed).toContain('no engine: nothing to play on');
  });

  test('prints JSON of this machine', async () => {
    const { exitCode, printed } = await stepwell(['doctor', '--json']);
    const diagnosis = JSON.parse(printed) as Diagnosis;
    expect(check(diagnosis, 'Node')).toMatchObject({ status: 'ok', found: process.versions.node });
    expect(exitCode).toBe(diagnosis.engine === null ? 1 : 0);
  });
});

test('reports that MariaDB is missing and how to install it', async () => {
  const without = check(await diagnose(machine({ run: missing('mariadbd') })), 'MariaDB');
  expect(without).toMatchObject({ status: 'warn', remedy: expect.stringContaining('mariadb-server') });
});
