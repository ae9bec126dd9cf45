import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { chooseEngine } from '../docker/engines/choice.ts';
import { type Percentiles, percentiles, rate } from './figures.ts';
import { ms, type Row } from './lanes.ts';
import { makeManyImages, TEST, WORK } from './many-images.ts';
import type { BenchFlags, Report } from './report.ts';
import { startWarmServer, type WarmServer } from './warm-server.ts';

const IMAGES = 200;
const SANDBOXES = 16;
/** A grade takes a second sandbox. */
const EPISODES = SANDBOXES / 2;
const RESETS = 200;
const DOCKER_SECONDS = 10;
const DOCKER_LANES = 4;
const DOCKER_NAME = 'stepwell-bench-images:base';
const LABEL = { 'stepwell.bench': 'images' };

export interface ImagesFigures {
  /** Round trips of resets to images that the sandbox did not have. */
  readonly reset_ms: Percentiles;
  /** Images drawn at random, with a trivial verifier. */
  readonly graded_per_s: number;
  /** Disk of the store ÷ that of the distinct layers. */
  readonly disk_ratio: number;
  /** `docker run` of the same work and test; `null` without Docker. */
  readonly docker: { readonly run_ms: Percentiles; readonly runs_per_s: number } | null;
}

/** Many images of the image store over a few sandboxes, beside `docker run`. */
export async function measureImages({
  runtime,
  sustained,
  plain,
}: BenchFlags): Promise<Report<ImagesFigures>> {
  const home = await mkdtemp(join(tmpdir(), 'stepwell-bench-'));
  try {
    const { baseTar, dataset, diskRatio, tasks } = await makeManyImages(home, IMAGES);
    const flags = [`--runtime=${runtime}`, `--pool=bash-v1=${SANDBOXES}`, `--pool-max=${SANDBOXES}`];
    const server = await startWarmServer([...flags, `--dataset=terminal-v1:images=${dataset}`], SANDBOXES, {
      STEPWELL_HOME: home,
    });
    let measured: Omit<ImagesFigures, 'disk_ratio' | 'docker'> & { readonly failures: number };
    try {
      measured = await measureServer(server, tasks, sustained);
    } finally {
      await server[Symbol.asyncDispose]();
    }
    const compares = plain && (await chooseEngine(runtime)).runtime === 'docker';
    const docker = compares ? await dockerRuns(baseTar) : null;
    const { failures, ...figures } = measured;
    const all = { ...figures, disk_ratio: diskRatio, docker };
    return { server: server.ready, figures: all, rows: rowsOf(all, failures), failures };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

function rowsOf({ reset_ms, graded_per_s, disk_ratio, docker }: ImagesFigures, failures: number): Row[] {
  return [
    ['reset to an image that the sandbox did not have', 'ms', ms(reset_ms)],
    [`graded episodes, ${IMAGES} images over ${SANDBOXES} sandboxes`, '1/s', graded_per_s.toFixed(1)],
    ['disk of the store / distinct layers', '', disk_ratio.toFixed(3)],
    ...(docker === null
      ? []
      : ([
          ['docker run of the same work', 'ms', ms(docker.run_ms)],
          [`docker run, ${DOCKER_LANES} at a time`, '1/s', docker.runs_per_s.toFixed(1)],
          ['graded episodes / docker runs', '', `${(graded_per_s / docker.runs_per_s).toFixed(1)} ×`],
        ] satisfies Row[])),
    ['not graded with 1', '', String(failures)],
  ];
}

async function measureServer({ client, warm }: WarmServer, tasks: readonly string[], seconds: number) {
  const reset = (index: number) =>
    client.reset({
      environment: 'terminal-v1',
      dataset: 'images',
      task: tasks[index % tasks.length] ?? '',
      reward: 'on_submit',
      include_ungradable: true,
    });
  let failures = 0;
  const play = async (index: number): Promise<void> => {
    await using episode = await reset(index);
    await episode.step(WORK);
    const { reward } = await episode.submit();
    if (reward !== 1) failures += 1;
  };
  // Each image has been used once: none is measured while it is brought into use for the first time.
  let first = 0;
  await Promise.all(
    Array.from({ length: EPISODES }, async () => {
      for (let index = first++; index < tasks.length; index = first++) await play(index);
    }),
  );
  const samples: number[] = [];
  for (let index = 0; index < RESETS; index += 1) {
    await warm();
    const begun = performance.now();
    // Its image was used by one of the other sandboxes at best, long ago.
    const episode = await reset(index * 7);
    samples.push(performance.now() - begun);
    await episode.close();
  }
  await warm();
  const draw = randomDraw(1);
  const graded_per_s = await rate(seconds, EPISODES, () => play(draw(tasks.length)));
  return { reset_ms: percentiles(samples), graded_per_s, failures };
}

/** Whole numbers below a limit, the same in each run. */
function randomDraw(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** The same work and test in containers of their own, each created, started, waited for and removed. */
async function dockerRuns(baseTar: string): Promise<NonNullable<ImagesFigures['docker']>> {
  const docker = new Docker();
  await importImage(docker, baseTar);
  const script = `mkdir -p /app && echo x > /app/name; ${WORK}; ${TEST}`;
  const samples: number[] = [];
  const run = async (): Promise<void> => {
    const begun = performance.now();
    const container = await docker.createContainer({
      Image: DOCKER_NAME,
      Cmd: ['/bin/bash', '-c', script],
      Env: ['PATH=/usr/bin:/bin'],
      Labels: LABEL,
      HostConfig: { NetworkMode: 'none' },
    });
    await container.start();
    const { StatusCode: status } = await container.wait();
    await container.remove({ force: true });
    if (status !== 0) throw new Error(`docker run ended with status ${status}`);
    samples.push(performance.now() - begun);
  };
  try {
    const runs_per_s = await rate(DOCKER_SECONDS, DOCKER_LANES, run);
    samples.length = 0;
    for (let index = 0; index < 20; index += 1) await run();
    return { runs_per_s, run_ms: percentiles(samples) };
  } finally {
    const left = await docker.listContainers({ all: true, filters: { label: ['stepwell.bench=images'] } });
    await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
    await docker.getImage(DOCKER_NAME).remove({ force: true });
  }
}

async function importImage(docker: Docker, tar: string): Promise<void> {
  const [repo, tag] = DOCKER_NAME.split(':');
  const stream = await docker.importImage(createReadStream(tar), { repo, tag });
  await new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject).resume());
}
