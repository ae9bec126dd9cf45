import { expect, test } from 'vitest';
import { CopyRoom } from '../../../server/memory/copy-room.ts';

test('a copy has a place only while few others are held', () => {
  const room = new CopyRoom(2, 2);
  const client = {};
  const first = room.enter(client);
  expect(room.enter(client)).toBeDefined();
  expect(room.enter({})).toBeUndefined();
  first?.();
  first?.();
  expect(room.enter({})).toBeDefined();
  expect(room.enter({})).toBeUndefined();
});

test('no client has all the places', () => {
  const room = new CopyRoom(3, 2);
  const [one, other] = [{ of: 1 }, { of: 2 }];
  const first = room.enter(one);
  expect(room.enter(one)).toBeDefined();
  expect(room.enter(one)).toBeUndefined();
  expect(room.enter(other)).toBeDefined();
  first?.();
  expect(room.enter(one)).toBeDefined();
});
