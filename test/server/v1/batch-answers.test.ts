import { expect, test } from 'vitest';
import { serveEachTest, server, wire } from '../each-server.ts';
import { Wire } from '../test-server.ts';

const SIZE = 16_000_000;

serveEachTest();

interface Answer {
  readonly id: number;
  readonly result?: { readonly step: number; readonly observation: { readonly output: string } };
  readonly error?: { readonly data: { readonly name: string; readonly retryable: boolean } };
}

function step(id: number, episode_id: string, action: string, number?: number) {
  const params = { episode_id, action, ...(number === undefined ? {} : { step: number }) };
  return { jsonrpc: '2.0', id, method: 'episode/step', params };
}

const answers = async (): Promise<Answer[]> => JSON.parse(await wire.text());

test('a batch whose answers exceed the memory limit is answered request by request, without closing other connections', async () => {
  const other = await Wire.connect(`${server.url}/v1`);
  const elsewhere = await other.reset();
  const ids: string[] = [];
  for (let n = 0; n < 6; n += 1) ids.push(await wire.reset({ max_output_bytes: 16_777_216 }));
  wire.send(ids.map((id, n) => step(n, id, `control ${SIZE}`)));
  const all = await answers();
  expect(all.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
  const left = all.filter(({ error }) => error !== undefined);
  expect(left.length).toBeGreaterThan(0);
  for (const { error } of left) {
    expect(error?.data).toMatchObject({ name: 'answer_too_large', retryable: true });
  }
  // A step that was made is told by its number, and is not made again.
  const again = { episode_id: ids[left[0]?.id ?? 0], step: 1, action: `control ${SIZE}` };
  wire.request('episode/step', again);
  const { result } = JSON.parse(await wire.text());
  expect(result).toMatchObject({ step: 1, replayed: true });
  expect(result.observation.output).toHaveLength(SIZE);
  const action = 'echo still here';
  expect(await other.result('episode/step', { episode_id: elsewhere, action })).toMatchObject({
    observation: { output: 'still here\n' },
  });
  other.socket.close();
});

test('a step of a batch that could no longer be answered with the others is not made', async () => {
  const episode_id = await wire.reset({ max_output_bytes: 16_777_216 });
  wire.send(Array.from({ length: 8 }, (_, n) => step(n, episode_id, 'big 8000000', n + 1)));
  const all = await answers();
  const told = all.filter(({ result }) => result !== undefined).length;
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThan(8);
  expect(all.slice(told).map(({ error }) => error?.data.name)).toEqual(
    Array(8 - told).fill('answer_too_large'),
  );
  const { step_count: made } = await wire.result('episode/state', { episode_id });
  // The first one that did not fit had run; its result is kept. Those after it had better not run.
  expect([told, told + 1]).toContain(made);
  const next = Number(made) + 1;
  expect(await wire.result('episode/step', { episode_id, step: next, action: 'echo on' })).toMatchObject({
    step: next,
    observation: { output: 'on\n' },
  });
});

test('a batch of many ordinary answers is given in one message, in order', async () => {
  const episode_id = await wire.reset();
  wire.send(Array.from({ length: 1_024 }, (_, n) => step(n, episode_id, 'big 4000', n + 1)));
  const all = await answers();
  expect(all.map(({ result }) => result?.step)).toEqual(Array.from({ length: 1_024 }, (_, n) => n + 1));
});
