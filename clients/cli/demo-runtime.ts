import type { EngineName } from '../../docker/engines/table.ts';
import { checkNamespaces } from './doctor-checks.ts';
import type { Machine } from './machine.ts';

/** The engine of a demo without `--runtime`, and why it is not the one of `auto`. */
export interface DemoRuntime {
  readonly runtime: EngineName;
  readonly reason: string;
}

/**
 * A demo takes seconds, so it should not build a Docker image first if the local engine needs none.
 * @returns `null` if `auto` decides
 */
export async function demoRuntime(machine: Machine): Promise<DemoRuntime | null> {
  const inDocker = (await machine.images()).get('docker');
  if (inDocker === undefined || inDocker.includes('bash')) return null;
  const [python, namespaces] = await Promise.all([
    machine.run('python3', '--version'),
    checkNamespaces(machine),
  ]);
  if (!python.ok || namespaces.status !== 'ok') return null;
  const reason = 'Docker has no images yet (`stepwell images build` builds them): using the local engine';
  return { runtime: 'local', reason };
}
