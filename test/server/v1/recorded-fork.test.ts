import { expect, test } from 'vitest';
import { trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';
import { Wire } from '../test-server.ts';

serveEachTest();

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
