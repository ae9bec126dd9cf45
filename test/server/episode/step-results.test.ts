import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';

describe('results of an episode with a trajectory', () => {
  serveEachTest();

  const step = (episode_id: string, number: number, action: unknown = `echo ${number}`) =>
    wire.result('episode/step', { episode_id, step: number, action });
  const refused = (episode_id: string, number: number, action: unknown = `echo ${number}`) =>
    wire.error('episode/step', { episode_id, step: number, action });

  test('are there for its whole life, however many they are', async () => {
    const id = await wire.reset();
    const made = [];
    for (let number = 1; number <= 150; number += 1) made.push(await step(id, number));
    await wire.result('episode/evaluate', { episode_id: id });
    for (const number of [1, 2, 86, 87, 149, 150]) {
      expect(await step(id, number)).toEqual({ ...made[number - 1], replayed: true });
    }
    expect(await step(id, 151)).toMatchObject({ step: 151, observation: { output: '151\n' } });
    expect(fake.plays[0]?.acted).toHaveLength(151);
  });

  test('are read back whole if they are too large for the memory', async () => {
    const id = await wire.reset({ max_output_bytes: 16_777_216 });
    const large = await step(id, 1, 'big 3000000');
    await step(id, 2, 'big 2000000');
    expect(await step(id, 1, 'big 3000000')).toEqual({ ...large, replayed: true });
    expect(await step(id, 3)).toMatchObject({ step: 3 });
  });

  test('are still there when it is over', async () => {
    const id = await wire.reset();
    const first = await step(id, 1);
    for (let number = 2; number <= 70; number += 1) await step(id, number);
    await step(id, 71, 'submit');
    expect(await step(id, 1)).toEqual({ ...first, replayed: true });
  });

  test('that were read back are compared with the action that is sent', async () => {
    const id = await wire.reset();
    await step(id, 1, { code: 'echo 1', metadata: { try: 1 } });
    for (let number = 2; number <= 70; number += 1) await step(id, number);
    expect(await refused(id, 1, 'echo other')).toMatchObject({
      data: { name: 'step_mismatch', expected: 71 },
    });
    expect(await step(id, 1, { code: 'echo 1', metadata: { try: 2 } })).toMatchObject({ replayed: true });
  });

  test.each([
    ['removed', (path: string) => unlinkSync(path)],
    ['overwritten', (path: string) => writeFileSync(path, 'x'.repeat(readFileSync(path).length))],
  ])('whose file was %s are no longer stored, but the latest are', async (_, spoil) => {
    const id = await wire.reset();
    for (let number = 1; number <= 70; number += 1) await step(id, number);
    spoil(trajectoryIn(server.trajectories, id));
    expect(await refused(id, 1)).toMatchObject({ data: { name: 'step_out_of_order', expected: 71 } });
    expect(await step(id, 70)).toMatchObject({ step: 70, replayed: true });
  });

  test('wait for a step that still runs, and another action under its number is refused then', async () => {
    const id = await wire.reset();
    for (const action of ['wait go', 'wait go', 'echo other']) {
      wire.request('episode/step', { episode_id: id, step: 1, action });
    }
    await fake.reached('go');
    fake.open('go');
    expect(await wire.answer()).toMatchObject({ result: { step: 1 } });
    expect(await wire.answer()).toMatchObject({ result: { step: 1, replayed: true } });
    expect(await wire.answer()).toMatchObject({ error: { data: { name: 'step_mismatch' } } });
    expect(fake.plays[0]?.acted).toEqual(['wait go']);
  });
});
