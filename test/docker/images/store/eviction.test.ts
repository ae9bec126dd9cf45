import { expect, test } from 'vitest';
import { planEviction } from '../../../../docker/images/store/eviction.ts';

const LAYERS = new Map([
  ['base', 100],
  ['a', 10],
  ['b', 20],
  ['c', 30],
]);

function plan(images: Readonly<Record<string, readonly string[]>>, maxBytes: number, kept: string[] = []) {
  const candidates = Object.entries(images).map(([name, layers]) => ({ name, layers }));
  return planEviction({ candidates, kept: new Set(kept), layers: LAYERS, maxBytes });
}

const THREE = { a: ['base', 'a'], b: ['base', 'b'], c: ['base', 'c'] };

test('nothing is evicted while all fits', () => {
  expect(plan(THREE, 160)).toEqual({ names: [], bytes: 160 });
});

test('the first candidates go first, and no more than it takes', () => {
  expect(plan(THREE, 150)).toEqual({ names: ['a'], bytes: 150 });
  expect(plan(THREE, 149)).toEqual({ names: ['b'], bytes: 140 });
  expect(plan(THREE, 131)).toEqual({ names: ['a', 'b'], bytes: 130 });
});

test('an image whose layers others have is spared, since its end would free nothing', () => {
  expect(plan({ base: ['base'], ...THREE }, 150)).toEqual({ names: ['a'], bytes: 150 });
});

test('what is in use stays, also where the rest does not fit then', () => {
  expect(plan({ b: ['base', 'b'] }, 50, ['base', 'a'])).toEqual({ names: ['b'], bytes: 110 });
});
