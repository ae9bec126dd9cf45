import { checkNamespaces } from './doctor-checks.ts';
import type { Machine } from './machine.ts';

/** The engine for a demo that names none, and why, where it is not what `auto` would take. */
export interface DemoRuntime {
  readonly runtime: 'local';
  readonly reason: string;
}

const BASH_IMAGE = encodeURIComponent(JSON.stringify({ label: ['stepwell.image=bash'] }));

/**
 * A demo is over in seconds, so that it does not begin by building an image in a Docker engine that has none yet, where
 * the local engine needs none. @returns `null` where `auto` decides
 */
export async function demoRuntime(machine: Machine): Promise<DemoRuntime | null> {
  const images = await machine.docker(`/images/json?filters=${BASH_IMAGE}`).catch(() => null);
  if (!Array.isArray(images) || images.length > 0) return null;
  const [python, namespaces] = await Promise.all([
    machine.run('python3', '--version'),
    checkNamespaces(machine),
  ]);
  if (!python.ok || namespaces.status !== 'ok') return null;
  const reason = 'Docker has no images yet (`stepwell images build` makes them): the local engine plays';
  return { runtime: 'local', reason };
}
