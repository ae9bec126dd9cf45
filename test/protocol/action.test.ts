import { expect, test } from 'vitest';
import { parseAction } from '../../protocol/action.ts';

test.each([
  ['submit', { submit: true }],
  ['submit  42 apples ', { submit: true, answer: '42 apples' }],
  ['submit\t42', { submit: true, answer: '42' }],
  ['submit\n42', { submit: true, answer: '42' }],
  ['skip', { skip: true }],
])('the plain string %j is no code', (action, meant) => {
  expect(parseAction(action)).toEqual(meant);
});

test.each(['submit_job --now', 'submitted=1', 'submit;', 'submit.sh', ' submit', 'skip it', 'Submit', ''])(
  'the plain string %j is code',
  (code) => {
    expect(parseAction(code)).toEqual({ code });
  },
);

test('an object is an action as it is', () => {
  expect(parseAction({ code: 'submit' })).toEqual({ code: 'submit' });
});
