import { expect, test } from 'vitest';
import { playerInput } from '../../clients/cli/player-input.ts';
import { DEFINITIONS } from '../../environments/registry.ts';

const inputOf = (environment: string) =>
  playerInput(DEFINITIONS.find(({ id }) => id === environment)?.prompt);

function actions(environment: string, ...lines: string[]): (string | null)[] {
  const input = inputOf(environment);
  return [...lines.map((line) => input.take(line)), input.rest()];
}

test('a block of Python ends at the next blank line', () => {
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

test('an unfinished Bash command continues on the next line', () => {
  const loop = ['for f in 1 2 3; do', '', '  echo $f', 'done'];
  expect(actions('bash-v1', ...loop, 'ls')).toEqual([null, null, null, `${loop.join('\n')}\n`, 'ls', null]);
  expect(actions('bash-v1', 'cat <<X', "it's", 'X', 'ls')).toEqual([
    null,
    null,
    "cat <<X\nit's\nX\n",
    'ls',
    null,
  ]);
  expect(actions('bash-v1', "echo 'a", "b'", 'ls \\', '-a')).toEqual([
    null,
    "echo 'a\nb'\n",
    null,
    'ls \\\n-a\n',
    null,
  ]);
  expect(actions('bash-v1', '[[ -f a &&', '-f b ]]', "grep 'unexpected end of file' x; fi")).toEqual([
    null,
    '[[ -f a &&\n-f b ]]\n',
    "grep 'unexpected end of file' x; fi",
    null,
  ]);
  expect(actions('bash-v1', 'echo \\\\', 'fi', 'echo )', 'if true')).toEqual([
    'echo \\\\',
    'fi',
    'echo )',
    null,
    'if true',
  ]);
});

test('what was begun can be dropped', () => {
  const input = inputOf('bash-v1');
  expect([input.take('if true'), input.prompt('/'), input.isBegun]).toEqual([null, '>', true]);
  input.drop();
  expect([input.prompt('/'), input.isBegun, input.rest()]).toEqual(['/$', false, null]);
});

test('elsewhere a line is an action', () => {
  expect(actions('sql-v1', 'select', '1')).toEqual(['select', '1', null]);
  expect(inputOf('bash-v1').prompt('/tmp')).toBe('/tmp$');
  expect(inputOf('sql-v1').prompt('')).toBe('sql>');
});

test('an environment that is not known here takes a line as an action', () => {
  expect(actions('mine-v1', 'for (;;) {', 'x = [')).toEqual(['for (;;) {', 'x = [', null]);
  expect(playerInput().prompt('/tmp')).toBe('>');
});
