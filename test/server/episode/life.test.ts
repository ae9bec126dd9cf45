import { beforeEach, expect, test } from 'vitest';
import type { EnvironmentEpisode } from '../../../environments/environment.ts';
import { EpisodeLife } from '../../../server/episode/life.ts';

let released: number;
let life: EpisodeLife;

beforeEach(() => {
  released = 0;
  const release = async () => {
    released += 1;
  };
  life = new EpisodeLife({ release } as EnvironmentEpisode);
});

const refusal = () => {
  try {
    life.refuseUnlessOpen('e', 2);
    return null;
  } catch (error) {
    return error;
  }
};

test('it is ready between turns', () => {
  expect(life.status).toBe('ready');
  life.begin();
  expect(life.status).toBe('stepping');
  expect(() => life.begin()).toThrow('stepping');
  life.goOn();
  expect(life.status).toBe('ready');
  expect(refusal()).toBeNull();
});

test('the sandbox is released once, with the end', () => {
  life.begin();
  life.end('terminated', null);
  expect(life).toMatchObject({ status: 'over', over: true, failure: null });
  expect(refusal()).toMatchObject({
    error: 'episode_over',
    details: { reason: 'terminated', step_count: 2 },
  });
  expect(() => life.begin()).toThrow('over');
  expect(() => life.end('terminated', null)).toThrow('over');
  life.abandon('shutdown');
  life.close();
  expect(life.status).toBe('closed');
  expect(refusal()).toMatchObject({ error: 'episode_not_found' });
  expect(released).toBe(1);
});

test.each([
  ['shutdown', 'shutting_down'],
  ['disconnect', 'episode_not_found'],
] as const)('one abandoned at a %s refuses further steps while its turn still runs', (reason, error) => {
  life.begin();
  life.abandon(reason);
  expect(released).toBe(1);
  expect(life).toMatchObject({ status: 'stepping', over: false, abandoned: true });
  expect(refusal()).toMatchObject({ error });
  life.goOn();
  life.abandon('client');
  expect(refusal()).toMatchObject({ error });
  expect(() => life.begin()).toThrow('abandoned');
  life.close();
  expect(released).toBe(1);
});

test('a fault is known until the end of it all', () => {
  const failure = {
    class: 'sandbox',
    code: 'sandbox_died',
    message: 'It died.',
    retryable: true,
    action_may_have_run: true,
    mask_sample: true,
  } as const;
  life.end('failure', failure);
  life.close();
  expect(life.failure).toBe(failure);
});
