import { describe, expect, it } from 'vitest';
import { ContainerLife, type ContainerState, IllegalMove } from '../../../docker/pool/container-state.ts';

const STATES: readonly ContainerState[] = ['starting', 'ready', 'leased', 'resetting', 'gone'];

/** How a life gets to each state. */
const WAYS: Readonly<Record<ContainerState, readonly ContainerState[]>> = {
  starting: [],
  ready: ['ready'],
  leased: ['ready', 'leased'],
  resetting: ['ready', 'leased', 'resetting'],
  gone: ['gone'],
};

const LEGAL = new Set([
  'starting→ready',
  'ready→leased',
  'ready→resetting',
  'leased→resetting',
  'leased→ready',
  'resetting→ready',
  'starting→gone',
  'ready→gone',
  'leased→gone',
  'resetting→gone',
]);

function lifeIn(state: ContainerState): ContainerLife {
  const life = new ContainerLife();
  for (const step of WAYS[state]) life.moveTo(step);
  return life;
}

describe("a container's life", () => {
  const moves = STATES.flatMap((from) => STATES.map((to) => [from, to] as const));

  it.each(moves.filter(([from, to]) => LEGAL.has(`${from}→${to}`)))('goes from %s to %s', (from, to) => {
    const life = lifeIn(from);
    life.moveTo(to);
    expect(life.state).toBe(to);
  });

  it.each(moves.filter(([from, to]) => !LEGAL.has(`${from}→${to}`)))(
    'never goes from %s to %s',
    (from, to) => {
      const life = lifeIn(from);
      expect(() => life.moveTo(to)).toThrow(IllegalMove);
      expect(() => life.moveTo(to)).toThrow(expect.objectContaining({ from, to }));
      expect(() => life.moveTo(to)).toThrow(new RegExp(`"${from}".*"${to}"`));
      expect(life.state).toBe(from);
    },
  );
});
