import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callEvents, chunks } from '../../../server/ors/event-stream.ts';

it('gives a JSON text in short chunks, none of which begins with white space', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 50 }),
    fc.constantFrom(' ', '\u2003', '\u0085', '😀', '\n').map((unit) => unit.repeat(9_000)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 4 }), (texts) => {
      const all = [...chunks(JSON.stringify(texts))];
      expect(JSON.parse(all.join(''))).toEqual(texts);
      // Bytes, as they are sent one by one.
      expect(JSON.parse(all.map((chunk) => Buffer.from(chunk).toString()).join(''))).toEqual(texts);
      for (const chunk of all) {
        expect(chunk).not.toMatch(/^[\s\u0085]/u);
        expect(chunk.length).toBeLessThan(4_110);
      }
    }),
  );
});

it('tells the id of a call at once, and its result in the last events', async () => {
  let resolve = (_json: string): void => {};
  const events = callEvents('a', new Promise((done) => (resolve = done)));
  expect((await events.next()).value).toBe('event: task_id\ndata: a\n\n');
  resolve(`"${'x'.repeat(5_000)}"`);
  const rest: string[] = [];
  for await (const event of events) rest.push(event);
  expect(rest.map((event) => event.split('\n')[0])).toEqual(['event: chunk', 'event: end']);
});
