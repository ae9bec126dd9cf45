import { checkNamespaces } from './doctor-checks.ts';
import type { Machine } from './machine.ts';

/** The engine for a demo that names none, and why, where it is not what `auto` would take. */
export interface DemoRuntime {
  readonly runtime: 'local';
  readonly reason: string;
}

/**
 * A demo is over in seconds, so that it does not begin by building an image in a Docker engine that has none yet, where
 * the local engine needs none. @returns `null` where `auto` decides
 */
export async function demoRuntime(machine: Machine): Promise<DemoRuntime | null> {
  const docker = await machine.docker().catch(() => null);
  if (docker === null || docker.images.includes('bash')) return null;
  const [python, namespaces] = await Promise.all([
    machine.run('python3', '--version'),
    checkNamespaces(machine),
  ]);
  if (!python.ok || namespaces.status !== 'ok') return null;
  const reason = 'Docker has no images yet (`stepwell images build` makes them): the local engine plays';
  return { runtime: 'local', reason };
}
