import { expect, test } from 'vitest';
import { demoRuntime } from '../../clients/cli/demo-runtime.ts';
import type { EngineName } from '../../docker/engines/table.ts';
import { machine, missing, noDocker } from './fake-machine.ts';

const noImages = { images: async () => new Map<EngineName, string[]>([['docker', []]]) };

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
