import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonicalJson, TrajectoryEvent, trajectoryPath } from '../../../protocol/trajectory.ts';
import { hashOf, TrajectoryLog } from '../../../server/trajectory/log.ts';
import { trajectoriesIn, trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';

serveEachTest();

function read(name: string): TrajectoryEvent[] {
  const text = readFileSync(name, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => TrajectoryEvent.parse(JSON.parse(line)));
}

test('every event is on disk when its answer comes', async () => {
  await wire.reset({ episode_id: 'one', seed: 4, task: 2, reward: 'every_step' });
  const [reset] = read(trajectoryIn(server.trajectories, 'one'));
  expect(reset).toMatchObject({
    event: 'reset',
    environment: 'fake-v1',
    options: { seed: 4, task: 2, reward: 'every_step' },
    task: { id: 'task-2' },
    info: { seed: 4, image: { name: 'fake' }, engine: 'local' },
  });
  await wire.result('episode/step', { episode_id: 'one', action: 'echo gold' });
  const step = read(trajectoryIn(server.trajectories, 'one')).at(-1);
  expect(step).toMatchObject({
    event: 'step',
    step: 1,
    action: 'echo gold',
    observation: { output: 'gold\n', exit_code: 0 },
    observation_sha256: hashOf({ exit_code: 0, output: 'gold\n' }),
    reward: 1,
    info: { reward_components: { match: 1 } },
  });
  await wire.result('episode/evaluate', { episode_id: 'one' });
  expect(read(trajectoryIn(server.trajectories, 'one')).at(-1)).toMatchObject({
    event: 'evaluate',
    after_step: 1,
    reward: 1,
  });
  await wire.result('episode/step', { episode_id: 'one', action: 'submit' });
  expect(read(trajectoryIn(server.trajectories, 'one')).at(-1)).toMatchObject({
    event: 'close',
    reason: 'terminated',
    steps: 2,
  });
  await wire.result('episode/close', { episode_id: 'one' });
  expect(read(trajectoryIn(server.trajectories, 'one')).map(({ event }) => event)).toEqual([
    'reset',
    'step',
    'evaluate',
    'step',
    'close',
  ]);
});

test('an id used again gets a file of its own', async () => {
  for (let i = 0; i < 2; i += 1) {
    await wire.reset({ episode_id: 'again' });
    await wire.result('episode/close', { episode_id: 'again' });
  }
  const files = trajectoriesIn(server.trajectories);
  expect(files).toHaveLength(2);
  for (const file of files) expect(read(file).at(-1)).toMatchObject({ event: 'close', reason: 'client' });
});

test('an episode id leads nowhere outside the folder', async () => {
  await wire.reset({ episode_id: '../../etc/passwd' });
  expect(trajectoriesIn(server.trajectories)).toEqual([
    expect.stringMatching(/\/\d{4}-\d\d-\d\d\/__\.\._etc_passwd\.jsonl$/),
  ]);
  const day = new Date('2026-11-22T23:59:59.999Z');
  expect(trajectoryPath('..', day)).toBe('2026-11-22/_.jsonl');
  expect(trajectoryPath(`a/b\0c${'x'.repeat(200)}`, day)).toMatch(/^2026-11-22\/a_b_cx{75}\.jsonl$/);
});

test('without the folder a reset is refused and its sandbox released', async () => {
  rmSync(server.trajectories, { recursive: true });
  expect(await wire.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
    code: -32603,
    data: { name: 'internal_error' },
  });
  expect(fake.plays.map(({ released }) => released)).toEqual([1]);
  expect(server.app.registry.openCount).toBe(0);
});

test('a line that cannot be written is reported, kept, and written before the next one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stepwell-log-'));
  const log = new TrajectoryLog({ folder });
  const probe = openSync('/dev/null', 'r');
  closeSync(probe);
  // The file takes the lowest free descriptor: the one that the probe had.
  const file = log.open('x');
  closeSync(probe);
  const event = { event: 'close', time: '2024-01-01T00:00:00.000Z', reason: 'client', steps: 0 } as const;
  expect(() => file.write(event)).toThrow(expect.objectContaining({ error: 'internal_error' }));
  expect(() => file.flush()).toThrow(expect.objectContaining({ error: 'internal_error' }));
  const again = openSync(file.path ?? '', 'a');
  expect(again).toBe(probe);
  file.flush();
  file.write(event);
  file.close();
  expect(readFileSync(file.path ?? '', 'utf8').split('\n')).toHaveLength(3);
  rmSync(folder, { recursive: true });
});

test('canonical JSON sorts the keys of every level', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}');
});
