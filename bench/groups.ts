import type { StepwellClient } from '../clients/typescript/client.ts';
import type { Episode } from '../clients/typescript/episode.ts';
import { type Percentiles, percentiles } from './figures.ts';
import { ms, type Row } from './lanes.ts';
import type { BenchOptions, Report, TrainerCase } from './report.ts';
import { startWarmServer, type WarmServer } from './warm-server.ts';

const SIZES = [8, 32];
const GROUPS_BEFORE = 3;
const GROUPS_MEASURED = 30;
const TURNS = 4;
const CODE = 'echo $RANDOM | md5sum';

/** Durations of the groups of one size, in milliseconds. */
interface GroupSamples {
  readonly first: number[];
  readonly all: number[];
  readonly turn: number[];
  readonly firstOfTurn: number[];
}

/** Begin a group, make its turns and submit. @returns the number of members that were not graded */
async function playGroup(client: StepwellClient, size: number, seed: number, samples: GroupSamples) {
  const begun = performance.now();
  let first = 0;
  const opened = await client.resetMany(
    { environment: 'bash-v1', count: size, seed },
    {
      onOpened: () => {
        first ||= performance.now() - begun;
      },
    },
  );
  samples.all.push(performance.now() - begun);
  samples.first.push(first);
  const episodes = opened.flatMap((entry) => ('error' in entry ? [] : [entry.episode]));
  for (let turn = 0; turn < TURNS; turn += 1) {
    const { first: firstOfTurn, all } = await playTurn(client, episodes);
    samples.firstOfTurn.push(firstOfTurn);
    samples.turn.push(all);
  }
  let graded = 0;
  for await (const outcome of client.stepMany(
    episodes.map((episode) => ({ episode, action: { submit: true } as const })),
  )) {
    if ('result' in outcome && outcome.result.reward !== null) graded += 1;
  }
  return size - graded;
}

async function playTurn(client: StepwellClient, episodes: readonly Episode[]) {
  const begun = performance.now();
  let first = 0;
  const outcomes = client.stepMany(episodes.map((episode) => ({ episode, action: CODE })));
  for await (const _ of outcomes) first ||= performance.now() - begun;
  return { first, all: performance.now() - begun };
}

async function measureGroups(server: WarmServer, size: number) {
  const samples: GroupSamples = { first: [], all: [], turn: [], firstOfTurn: [] };
  let failures = 0;
  for (let group = 0; group < GROUPS_BEFORE + GROUPS_MEASURED; group += 1) {
    if (group === GROUPS_BEFORE) for (const list of Object.values(samples)) list.length = 0;
    await server.warm();
    failures += await playGroup(server.client, size, group, samples);
  }
  const of = (list: number[]): Percentiles => percentiles(list);
  const { all, first, firstOfTurn, turn } = samples;
  return { failures, first: of(first), all: of(all), firstOfTurn: of(firstOfTurn), turn: of(turn) };
}

/** Groups of one task: `episode/reset_many` with warm sandboxes, turns by `episode/step_many`, and a graded submit of each member. */
export const GROUPS: TrainerCase = {
  name: 'groups',
  async measure({ runtime }: BenchOptions): Promise<Report<unknown>> {
    const figures: Record<string, Awaited<ReturnType<typeof measureGroups>>> = {};
    const rows: Row[] = [];
    let failures = 0;
    let ready = '';
    for (const size of SIZES) {
      const flags = [`--runtime=${runtime}`, `--pool=bash-v1=${size}`, `--pool-max=${size}`];
      await using server = await startWarmServer(flags, size);
      ready = server.ready;
      const measured = await measureGroups(server, size);
      figures[`groups of ${size}`] = measured;
      failures += measured.failures;
      rows.push(
        [`group of ${size}: first member`, 'ms', ms(measured.first)],
        [`group of ${size}: whole`, 'ms', ms(measured.all)],
        [`group of ${size}: first result of a turn`, 'ms', ms(measured.firstOfTurn)],
        [`group of ${size}: whole turn`, 'ms', ms(measured.turn)],
      );
    }
    return { server: ready, figures, rows: [...rows, ['not graded', '', String(failures)]], failures };
  },
};
