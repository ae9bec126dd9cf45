import { expect, test } from 'vitest';
import { demoRuntime } from '../../clients/cli/demo-runtime.ts';
import type { Machine } from '../../clients/cli/machine.ts';
import { machine, missing, noDocker } from './fake-machine.ts';

const noImages = { images: { docker: [], local: [] } };

test('a demo uses Docker where its image is built, and leaves the choice to the server without Docker', async () => {
  expect(await demoRuntime(machine())).toBe(null);
  expect(await demoRuntime(machine(noDocker))).toBe(null);
});

test('a demo does not wait for an image to be built where the local engine needs none', async () => {
  expect(await demoRuntime(machine(noImages))).toMatchObject({ runtime: 'local' });
});

test.each([
  ['Python', { run: missing('python3') }],
  ['user namespaces', { read: async () => '0\n' }],
])('without %s it has to wait', async (_, lacks) => {
  expect(await demoRuntime(machine({ ...noImages, ...lacks }))).toBe(null);
});

test('the choice of a demo follows from what the engines say of themselves, whatever their names are', async () => {
  const engines: Machine['engines'] = async () => [
    { name: 'local', programs: 'image', findings: [], images: [] },
    { name: 'docker', programs: 'machine', findings: [], images: [] },
  ];
  expect(await demoRuntime(machine({ engines }))).toEqual({
    runtime: 'docker',
    reason:
      'the local engine has no images yet (`stepwell images build` builds them): using the docker engine',
  });
});
