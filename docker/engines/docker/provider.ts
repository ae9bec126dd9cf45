import Docker from 'dockerode';
import { withDeadline } from '../../deadline.ts';
import { type HostFree, hostWatch, UNKNOWN_HOST } from '../../host.ts';
import { labels } from '../../labels.ts';
import { encodeOwner, ownerOf } from '../../owner.ts';
import type { EngineProvider, Lack } from '../provider.ts';
import { DockerEngine } from './engine.ts';
import { engineMessageOf } from './errors.ts';
import { dockerFinding } from './facts.ts';
import { DockerImageBuilder } from './image-builder.ts';

/** The Docker engine that `DOCKER_HOST` names, or the one of this machine. */
export const docker: EngineProvider = {
  found: 'a Docker engine answers',
  programs: 'image',
  lack: () => dockerLack(() => new Docker()),
  examine: async () => [await dockerFinding()],
  isHere: () => isHere(process.env.DOCKER_HOST),
  host: () => hostOfDocker(process.env.DOCKER_HOST),
  open: ({ held, owner, runFolder, runParent }) =>
    new DockerEngine({ docker: new Docker(), owner, runFolder, runParent, held }),
  builder: () => new DockerImageBuilder(new Docker()),
  async killSandboxes() {
    const engine = new Docker();
    const owner = encodeOwner(await ownerOf(process.pid));
    const filters = { label: [`${labels.owner}=${owner}`] };
    for (const { Id } of await engine.listContainers({ filters })) await engine.getContainer(Id).kill();
  },
};

/** Whether an engine of this address is on this machine. */
function isHere(address = ''): boolean {
  return /^(unix:|$)/.test(address);
}

/** What the engine's machine has left: unknown where it is reached over the network, as that may be another machine. */
export function hostOfDocker(address = ''): () => HostFree {
  return isHere(address) ? hostWatch({ groups: false }) : () => UNKNOWN_HOST;
}

/** Why this Docker engine cannot be used. @param timeoutMs longest wait for its answer, in milliseconds */
export async function dockerLack(connect: () => Docker, timeoutMs = 3_000): Promise<Lack | null> {
  const reason = await reasonAgainst(connect, timeoutMs);
  if (reason === null) return null;
  return {
    brief: `no Docker engine (${reason})`,
    message: `No Docker engine can be used (${reason}).`,
    advice: 'Start one, or use --runtime local.',
  };
}

async function reasonAgainst(connect: () => Docker, timeoutMs: number): Promise<string | null> {
  try {
    const { Os } = await withDeadline(connect().version(), timeoutMs, () => {
      throw new Error(`it did not answer within ${timeoutMs} ms`);
    });
    return Os === 'linux' ? null : `it runs ${Os} containers, not Linux ones`;
  } catch (error) {
    return engineMessageOf(error);
  }
}
