import { expect, it } from 'vitest';
import type { StepResult } from '../../../protocol/episode.ts';
import { OutputRoom } from '../../../server/memory/output-room.ts';
import { ClientGate } from '../../../server/memory/step-gate.ts';
import { Call } from '../../../server/ors/call.ts';

const OUTPUT_BYTES = 100_000;

function begin(length: number) {
  const outputs = new OutputRoom(8 * OUTPUT_BYTES).client();
  const flow = { flows: true, ready: () => undefined };
  const gate = new ClientGate({ flow, outputs, outputBytes: OUTPUT_BYTES });
  const step = {} as StepResult;
  const dropped: Call[] = [];
  const call = new Call({
    gate,
    run: async (stepped) => {
      stepped(await gate.pass(undefined, async () => step));
      return { ok: false, error: 'x'.repeat(length), reason: null };
    },
    onDropped: (one) => dropped.push(one),
  });
  return { call, dropped, outputs };
}

it('a large result keeps its memory until it is delivered', async () => {
  const { call, dropped, outputs } = begin(70_000);
  await call.result;
  expect(outputs.taken).toBe(OUTPUT_BYTES);
  call.delivered();
  expect(outputs.taken).toBe(0);
  expect(dropped).toEqual([call]);
});

it('a small result keeps no memory, and can be asked for after it is delivered', async () => {
  const { call, dropped, outputs } = begin(10);
  await call.result;
  call.delivered();
  expect(outputs.taken).toBe(0);
  expect(dropped).toEqual([]);
  call.drop();
});

it('a call that is dropped while it runs keeps no memory', async () => {
  const { call, outputs } = begin(70_000);
  call.drop();
  await call.result;
  expect(outputs.taken).toBe(0);
});
