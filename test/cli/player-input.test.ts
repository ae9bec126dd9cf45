import { expect, test } from 'vitest';
import { playerInput } from '../../clients/cli/player-input.ts';

function actions(environment: string, ...lines: string[]): (string | null)[] {
  const input = playerInput(environment);
  return [...lines.map((line) => input.take(line)), input.rest()];
}

test('a block of Python goes to the next blank line', () => {
  expect(actions('python-v1', 'x = 1', 'def f():', '    return x', '', 'f()')).toEqual([
    'x = 1',
    null,
    null,
    'def f():\n    return x\n',
    'f()',
    null,
  ]);
});

test('what is begun when the input ends is played', () => {
  expect(actions('python-v1', '@cache', 'def f(): return 1')).toEqual([
    null,
    null,
    '@cache\ndef f(): return 1\n',
  ]);
  expect(actions('python-v1', 'print(  # all', '1)')).toEqual([null, null, 'print(  # all\n1)\n']);
});

test('elsewhere a line is an action', () => {
  expect(actions('bash-v1', 'for x in a; do', 'select 1')).toEqual(['for x in a; do', 'select 1', null]);
  expect(playerInput('bash-v1').prompt('/tmp')).toBe('/tmp$');
  expect(playerInput('sql-v1').prompt('')).toBe('sql>');
});
