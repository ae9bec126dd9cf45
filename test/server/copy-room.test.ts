import { expect, test } from 'vitest';
import { CopyRoom } from '../../server/copy-room.ts';

test('a copy has a place only while few others are held', () => {
  const room = new CopyRoom(2);
  const first = room.enter();
  expect(room.enter()).toBeDefined();
  expect(room.enter()).toBeUndefined();
  first?.();
  expect(room.enter()).toBeDefined();
  expect(room.enter()).toBeUndefined();
});
