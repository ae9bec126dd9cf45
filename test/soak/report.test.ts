import { describe, expect, it } from 'vitest';
import { BOUNDS, type Footprint, grown } from './footprint.ts';
import { somePlays } from './plays.ts';
import { Random } from './random.ts';
import { reasons, type SoakResult, soakLines } from './report.ts';
import { Tally } from './tally.ts';

const AT_REST: Footprint = {
  containers: 18,
  processes: 90,
  mounts: 700,
  descriptors: 64,
  sandbox_descriptors: 800,
  heap_mib: 50,
  rss_mib: 110,
};

function result(change: (tally: Tally) => void, end: Partial<Footprint> = {}): SoakResult {
  const tally = new Tally();
  tally.ended('graded');
  change(tally);
  const measured = { start: AT_REST, end: { ...AT_REST, ...end } };
  return { server: 'ready', minutes: 1, seed: 1, clients: 4, tally, logged: new Map(), ...measured };
}

describe('a soak', () => {
  it('passes where failures are those that faults bring', () => {
    expect(reasons(result((tally) => tally.failed('sandbox: sandbox_died')))).toEqual([]);
  });

  it('does not pass without graded episodes, or with few among those that failed', () => {
    const { tally, ...more } = result(() => {});
    tally.episodes.clear();
    tally.ended('failed');
    expect(reasons({ tally, ...more })).toEqual(['no episode was graded']);
    for (let count = 0; count < 9; count += 1) tally.ended('graded');
    expect(reasons({ tally, ...more })).toEqual(['1 episodes failed, 9 were graded']);
    tally.ended('graded');
    expect(reasons({ tally, ...more })).toEqual([]);
  });

  it('does not pass with a wrong reward, and tells which', () => {
    const play = { reset: { environment: 'sql-v1', task: 'x' }, by: 'gold' } as const;
    const wrong = result((tally) => {
      tally.wrong.push({ play, expected: '1', reward: 0, at: 2, took: 1, marks: ['timed_out'] });
    });
    expect(reasons(wrong)).toEqual(['1 wrong rewards']);
    expect(soakLines(wrong).join('\n')).toContain('x by gold: 0, not 1 (after 2.0 s, took 1.0 s; timed_out)');
  });

  it.each(['step: DeadlineError', 'step: ConnectionLostError', 'server: internal'])(
    'does not pass with %s, which no fault accounts for',
    (name) => {
      expect(reasons(result((tally) => tally.failed(name)))).toEqual([`1 × ${name}`]);
    },
  );

  it.each(Object.keys(BOUNDS) as (keyof Footprint)[])(
    'does not pass where %s has doubled and more',
    (key) => {
      const end = { ...AT_REST, [key]: AT_REST[key] * 2.5 };
      expect(grown(AT_REST, end)).toEqual([key]);
      expect(reasons(result(() => {}, end))).toHaveLength(1);
    },
  );
});

describe('chance', () => {
  const drawn = (seed: number) => {
    const random = new Random(seed);
    return [
      random.next(),
      random.between(5, 6),
      random.pick('abcdef'.split('')),
      ...random.some([1, 2, 3, 4], 3),
    ];
  };

  it('is the same for the same seed, and another for another', () => {
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
  });

  it('chooses the same plays of every environment', () => {
    const plays = somePlays(new Random(3), 2, ['sqlite']);
    expect(plays).toEqual(somePlays(new Random(3), 2, ['sqlite']));
    const played = new Set(plays.map(({ reset, by }) => `${reset.environment} ${by}`));
    for (const environment of ['bash-v1', 'sql-v1', 'python-v1']) {
      for (const by of ['gold', 'wrong', 'nothing']) expect(played).toContain(`${environment} ${by}`);
    }
  });
});
