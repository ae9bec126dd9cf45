import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StepEvent, TrajectoryEvent, UndoEvent } from '../../../protocol/trajectory.ts';
import { EpisodePast } from '../../../server/episode/episode-past.ts';
import { ResultMemory } from '../../../server/memory/result-memory.ts';
import { type TrajectoryFile, TrajectoryLog } from '../../../server/trajectory/log.ts';
import { recordedPast } from '../../../server/trajectory/recorded-past.ts';

const time = '2026-11-22T00:00:00.000Z';

function stepEvent(step: number, output: string): StepEvent {
  const observation = { output };
  const result = { step, observation, reward: null, terminated: false, truncated: false, failure: null };
  const info = { duration_ms: 0, queue_ms: 0, grade_ms: 0 };
  return { event: 'step', time, action: `echo ${step}`, ...result, info, observation_sha256: '0'.repeat(64) };
}

const undone = (to_step: number): UndoEvent => {
  return { event: 'undo', time, steps: 1, to_step, how: 'replay', exact: true, not_carried: [] };
};

describe('the past of an episode with a trajectory', () => {
  let folder: string;
  let trajectories: TrajectoryLog;
  let log: TrajectoryFile;
  const memory = new ResultMemory(0);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stepwell-test-'));
    trajectories = new TrajectoryLog({ folder });
    log = trajectories.open('a');
  });
  afterEach(async () => {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function record(...events: TrajectoryEvent[]): Promise<void> {
    for (const event of events) await log.write(event);
  }

  test('leaves observations in the file, from which they are copied', async () => {
    await record(
      stepEvent(1, 'a'.repeat(1_000_000)),
      stepEvent(2, 'taken back'),
      undone(1),
      stepEvent(2, 'b'),
    );
    const state = await new EpisodePast(log, memory).at(2, 2);
    expect(state.past).toMatchObject([
      { step: 1, action: { code: 'echo 1' } },
      { step: 2, action: { code: 'echo 2' } },
    ]);
    expect(JSON.stringify(state).length).toBeLessThan(2_000);
    const other = trajectories.open('b');
    if (state.pastLines === null) throw new Error('no lines');
    await other.append(state.pastLines);
    await other.write(stepEvent(3, 'c'));
    const [first, , , second] = readFileSync(String(log.path), 'utf8').split('\n');
    const third = JSON.stringify(stepEvent(3, 'c'));
    expect(readFileSync(String(other.path), 'utf8') === `${first}\n${second}\n${third}\n`).toBe(true);
    expect(await other.read(1)).toEqual(stepEvent(2, 'b'));
    expect(await other.read(2)).toEqual(stepEvent(3, 'c'));
    await other.close();
  });

  test('is copied as a whole or not at all', async () => {
    await record(stepEvent(1, 'a'));
    const other = trajectories.open('b');
    const path = String(log.path);
    const lines = [
      { begin: 0, end: 10 },
      { begin: 10, end: 1_000 },
    ];
    await expect(other.append({ path, lines })).rejects.toMatchObject({ error: 'internal_error' });
    await other.write(stepEvent(1, 'b'));
    expect(await other.read(0)).toEqual(stepEvent(1, 'b'));
    await other.close();
  });

  test('is refused when its actions take too much memory, those that were taken back not counted', async () => {
    const step = (n: number): StepEvent => ({ ...stepEvent(n, 'a'), action: { code: 'x'.repeat(1_000) } });
    await record(step(1), step(2), undone(1), step(2));
    const path = String(log.path);
    expect(await recordedPast(path, 2, 2, 3_000)).toHaveLength(2);
    await record(step(3));
    await expect(recordedPast(path, 3, 3, 3_000)).rejects.toMatchObject({ error: 'unsupported' });
    expect(await recordedPast(path, 2, 3, 3_000)).toHaveLength(2);
  });

  test('is read for one episode at a time', async () => {
    await record(stepEvent(1, 'a'));
    let goOn = (): void => {};
    const reading = memory.reviewing.run(() => new Promise<void>((resolve) => (goOn = resolve)));
    let read = false;
    const past = new EpisodePast(log, memory).at(1, 1).then(() => (read = true));
    for (let n = 0; n < 50; n += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(read).toBe(false);
    goOn();
    await Promise.all([reading, past]);
  });
});

test('the past of an episode without a trajectory is in memory', async () => {
  const past = new EpisodePast({ path: null }, new ResultMemory(0));
  past.add({ step: 1, action: { code: 'echo a' }, sha256: null, reward: null });
  expect(await past.at(1, 1)).toMatchObject({
    pastLines: null,
    past: [{ step: 1, action: { code: 'echo a' } }],
  });
});
