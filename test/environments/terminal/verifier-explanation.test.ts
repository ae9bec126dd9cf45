import { expect, it } from 'vitest';
import { explainedVerifier } from '../../../environments/terminal/verifier-explanation.ts';

it('shows what the verifier printed, and its numbers', () => {
  const verified = { scored: { reward: 0.5, components: { a: 0, b: 1 } }, output: '1 failed\n', exitCode: 1 };
  expect(explainedVerifier({ verified, components: { a: 0, b: 1 }, step: null })).toEqual({
    kind: 'verifier',
    components: [
      { name: 'a', value: 0, made_of: 'A number that the verifier wrote.' },
      { name: 'b', value: 1, made_of: 'A number that the verifier wrote.' },
    ],
    notes: ['The verifier ended with exit status 1.'],
    verifier: { output: '1 failed\n', exit_code: 1 },
  });
});

it('says why there is no reward', () => {
  const verified = { scored: 'the verifier wrote no reward', output: '', exitCode: 0 };
  const { notes } = explainedVerifier({ verified, components: { build: 0 }, step: 'build' });
  expect(notes).toEqual([
    'The step build was verified.',
    'There is no reward: the verifier wrote no reward.',
  ]);
});
