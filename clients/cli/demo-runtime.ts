import type { EngineName } from '../../docker/engines/table.ts';
import type { Machine } from './machine.ts';

/** The image of the demo's tasks. */
const IMAGE = 'bash';

/** The engine of a demo without `--runtime`, and why it is not the one of `auto`. */
export interface DemoRuntime {
  readonly runtime: EngineName;
  readonly reason: string;
}

/**
 * A demo takes seconds, so it should not build an image first if there is an engine that needs none.
 * @returns `null` if `auto` decides
 */
export async function demoRuntime(machine: Machine): Promise<DemoRuntime | null> {
  const engines = await machine.engines();
  const first = engines.find(({ images }) => images !== null);
  if (first === undefined || first.programs === 'machine' || first.images?.includes(IMAGE)) return null;
  const ready = engines.find(
    ({ programs, findings }) => programs === 'machine' && findings.every(({ status }) => status === 'ok'),
  );
  if (ready === undefined) return null;
  const missing = `the ${first.name} engine has no images yet (\`stepwell images build\` builds them)`;
  return { runtime: ready.name, reason: `${missing}: using the ${ready.name} engine` };
}
