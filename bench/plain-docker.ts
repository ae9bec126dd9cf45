import Docker from 'dockerode';
import { type Percentiles, percentiles, rate, timed } from './figures.ts';

export interface PlainDocker {
  /** Cycles of create, start and remove per second, four at a time. */
  readonly cycles_per_s: number;
  /** Duration of `docker exec` of `echo hi` in a running container. */
  readonly exec_ms: Percentiles;
}

const LABEL = { 'stepwell.bench': 'plain' };

/** Measure the Docker engine without Stepwell in the same image, for comparison. */
export async function measurePlainDocker(image: string, seconds: number): Promise<PlainDocker> {
  const docker = new Docker();
  const create = () =>
    docker.createContainer({
      Image: image,
      Cmd: ['sleep', '600'],
      Labels: LABEL,
      HostConfig: { NetworkMode: 'none', Init: false },
    });
  try {
    const cycles = await rate(seconds, 4, async () => {
      const container = await create();
      await container.start();
      await container.remove({ force: true });
    });
    const container = await create();
    await container.start();
    const samples = await timed(40, () => execEcho(container));
    return { cycles_per_s: cycles, exec_ms: percentiles(samples) };
  } finally {
    const left = await docker.listContainers({ all: true, filters: { label: ['stepwell.bench=plain'] } });
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  }
}

async function execEcho(container: Docker.Container): Promise<void> {
  const exec = await container.exec({ Cmd: ['echo', 'hi'], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  await new Promise((resolve, reject) => {
    stream.on('end', resolve).on('error', reject).resume();
  });
}
