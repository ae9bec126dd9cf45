import { expect, test } from 'vitest';
import { SandboxError, type SandboxErrorCode } from '../../../docker/errors.ts';
import type { ChosenTask, EnvironmentEpisode, EpisodeCopy } from '../../../environments/environment.ts';
import type { EpisodePoint } from '../../../server/episode/point.ts';
import { copyOf, remake } from '../../../server/episode/remake.ts';
import { FakeEnvironment } from '../fake-environment.ts';

const image = { name: 'fake', digest: 'sha256:0' };

/** A point of an episode after `echo a`, with a copy of this outcome. */
async function pointOf(fake: FakeEnvironment, copy?: Partial<EpisodeCopy['snapshot']>) {
  const chosen = fake.choose({ task: 0 }, 0);
  const episodeIn = (): EnvironmentEpisode => {
    throw new Error('the fake has no copy');
  };
  const point: EpisodePoint = {
    episodeId: 'parent',
    environment: fake.id,
    options: {},
    gradeMs: undefined,
    task: chosen.task,
    seed: 0,
    step: 1,
    past: [{ step: 1, action: { code: 'echo a' }, sha256: null, reward: null }],
    lastReward: null,
    pastLines: null,
    results: [],
    copy: copy && { snapshot: { image, state: null, reasons: [], processes: 0, ...copy }, episodeIn },
  };
  return { chosen, point };
}

const options = {
  signal: new AbortController().signal,
  gate: <T>(turn: () => Promise<T>) => turn(),
  wait: {},
};
const state = Buffer.from('state');

function continued(chosen: ChosenTask, result: EnvironmentEpisode | SandboxErrorCode): ChosenTask {
  return {
    ...chosen,
    continue: async () => {
      if (typeof result === 'string') throw new SandboxError(result, 'no copy');
      return result;
    },
  };
}

test('a state is copied where it can be', async () => {
  const fake = new FakeEnvironment();
  const { chosen, point } = await pointOf(fake, { state });
  const copied = await chosen.begin();
  const remade = await remake(continued(chosen, copied), { ...point, past: null }, options);
  expect(remade).toEqual({ play: copied, how: 'copy', exact: true, not_carried: [] });
  expect(fake.plays[0]?.acted).toEqual([]);
});

test.each<SandboxErrorCode>(['not_supported', 'died', 'runner_fault'])(
  'a state is played again if its copy fails with %s',
  async (code) => {
    const fake = new FakeEnvironment();
    const { chosen, point } = await pointOf(fake, { state });
    const remade = await remake(continued(chosen, code), point, options);
    expect(remade).toMatchObject({ how: 'replay', exact: true, not_carried: [] });
    expect(fake.plays.map(({ acted }) => acted)).toEqual([['echo a']]);
  },
);

test('a copy that gets no sandbox is not played again: there is none for that either', async () => {
  const fake = new FakeEnvironment();
  const { chosen, point } = await pointOf(fake, { state });
  await expect(remake(continued(chosen, 'capacity'), point, options)).rejects.toMatchObject({
    code: 'capacity',
  });
  expect(fake.plays).toEqual([]);
});

test.each([
  [1, '1 background process (started again)'],
  [2, '2 background processes (started again)'],
])('a replay says that it has started %i processes again', async (processes, told) => {
  const { chosen, point } = await pointOf(new FakeEnvironment(), { processes });
  expect(await remake(chosen, point, options)).toMatchObject({ how: 'replay', not_carried: [told] });
});

test('a state that is neither copied nor kept is refused with the reasons', async () => {
  const { chosen, point } = await pointOf(new FakeEnvironment(), { reasons: ['devices', 'jobs'] });
  await expect(remake(chosen, { ...point, past: null }, options)).rejects.toMatchObject({
    error: 'unsupported',
    message: expect.stringMatching(/cannot be copied: devices; jobs\.$/),
  });
});

test('a replay that is no longer wanted ends with its sandbox', async () => {
  const fake = new FakeEnvironment();
  const { chosen, point } = await pointOf(fake);
  const gone = new AbortController();
  const past = [{ step: 1, action: { code: 'wait long' }, sha256: null, reward: null }];
  const remaking = remake(chosen, { ...point, past }, { ...options, signal: gone.signal });
  await fake.reached('long');
  gone.abort();
  await expect(remaking).rejects.toMatchObject({ code: 'died' });
  expect(fake.plays[0]?.released).toBeGreaterThan(0);
});

test('an environment without copies, or a sandbox without snapshots, gives none', async () => {
  const play = await new FakeEnvironment().choose({ task: 0 }, 0).begin();
  expect(await copyOf(play, () => true)).toBeUndefined();
  const snapshot = async () => {
    throw new SandboxError('not_supported', 'no layers');
  };
  const bare = { ...play, sandbox: { ...play.sandbox, snapshot }, copy: () => () => play };
  expect(await copyOf(bare, () => true)).toBeUndefined();
  const full = { ...bare, sandbox: { ...play.sandbox, snapshot: () => expect.unreachable() } };
  expect(await copyOf(full, () => false)).toBeUndefined();
});
