import { expect, test } from 'vitest';
import type { LayerChange, LayerDiff } from '../../../docker/sandbox.ts';
import { trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';
import { Wire } from '../test-server.ts';

serveEachTest();

/** A change as a sandbox tells it. */
const ADDED: Omit<LayerChange, 'path'> = {
  ...{ mode: 0o644, uid: 0, gid: 0, size: 3, sha256: null, device: null, attributes: null, link: null },
  kind: 'added',
  type: 'file',
};

const step = (on: Wire, episode_id: string, action: unknown) =>
  on.result('episode/step', { episode_id, action });

/** An episode of another connection. */
async function played(...actions: string[]): Promise<{ other: Wire; id: string }> {
  const other = await Wire.connect(`${server.url}/v1`);
  const id = await other.reset({ task: 'task-1', tags: ['run'] });
  for (const action of actions) await step(other, id, action);
  return { other, id };
}

async function forked(params: object): Promise<Record<string, unknown>> {
  const { episodes } = await wire.result('trajectories/fork', params);
  const [fork] = episodes as [Record<string, unknown>];
  return fork;
}

test('an episode that is over goes on from an earlier step, with its steps in the new trajectory', async () => {
  const { id } = await played('echo one', 'echo two', 'submit');
  const fork = await forked({ episode_id: id, at_step: 1 });
  expect(fork).toMatchObject({ step_count: 1, how: 'replay', exact: true });
  const own = String(fork.episode_id);
  await step(wire, own, 'echo gold');
  expect(await step(wire, own, 'submit')).toMatchObject({ step: 3, reward: 1 });
  expect(fake.plays[1]?.acted).toEqual(['echo one', 'echo gold']);
  const { events, trajectory } = await wire.result('trajectories/read', { episode_id: own });
  expect(trajectory).toMatchObject({
    fork_of: { episode_id: id, step: 1 },
    tags: ['run'],
    reward: 1,
    steps: 3,
  });
  expect(events).toMatchObject([
    { action: 'echo one' },
    { action: 'echo gold' },
    { action: 'submit' },
    { event: 'close' },
  ]);
  expect(trajectoryIn(server.trajectories, own)).not.toBe(trajectoryIn(server.trajectories, id));
});

test('an open episode of another connection is forked, and goes on as it was', async () => {
  const { id, other } = await played('echo one', 'echo two');
  const fork = await forked({ episode_id: id });
  expect(fork).toMatchObject({ step_count: 2 });
  await step(wire, String(fork.episode_id), 'submit');
  expect(await step(other, id, 'echo three')).toMatchObject({ step: 3 });
});

test('what cannot be gone on from is refused, and the remedy is named', async () => {
  const { id } = await played('echo one', 'submit');
  expect((await wire.error('trajectories/fork', { episode_id: id, at_step: 2 })).data.name).toBe(
    'episode_over',
  );
  expect((await wire.error('trajectories/fork', { episode_id: id, at_step: 9 })).data.name).toBe(
    'invalid_params',
  );
  const none = await wire.error('trajectories/fork', { path: '2026-01-01/none.jsonl' });
  expect(none.data.name).toBe('trajectory_not_found');
});

test('the changes of a step are found in a sandbox of its own, which is given back', async () => {
  const reset = fake.reset.bind(fake);
  const calls: string[] = [];
  fake.reset = async (...args) => {
    const play = await reset(...args);
    const mark = async (): Promise<void> => {
      calls.push('mark');
    };
    const diff = async (): Promise<LayerDiff> => {
      calls.push('diff');
      return { changes: [{ ...ADDED, path: '/new' }], exceeded: null };
    };
    const act: typeof play.act = (action, ...rest) => {
      calls.push(action.code);
      return play.act(action, ...rest);
    };
    return { ...play, act, sandbox: { ...play.sandbox, mark, diff } };
  };
  const { id } = await played('echo one', 'echo two', 'submit');
  calls.length = 0;
  const found = await wire.result('trajectories/changes', { episode_id: id, step: 2 });
  expect(found).toEqual({
    changes: [{ path: '/new', kind: 'added', type: 'file', size: 3 }],
    complete: true,
    exact: true,
  });
  expect(calls).toEqual(['echo one', 'mark', 'echo two', 'diff']);
  expect(fake.plays.at(-1)).toMatchObject({ released: 1, gradings: [] });
  expect((await wire.error('trajectories/changes', { episode_id: id, step: 9 })).data.name).toBe(
    'invalid_params',
  );
});
