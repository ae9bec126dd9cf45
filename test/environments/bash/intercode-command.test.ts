import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  execRequest,
  intercodeCommand,
  intercodeGold,
  resolveDirectory,
} from '../../../environments/bash/intercode-command.ts';

const run = (argv: string[], workdir = '/w', nextWorkdir: string | null = null) => ({
  kind: 'run',
  argv: ['/bin/bash', '-c', ...argv],
  workdir,
  nextWorkdir,
});

describe('intercodeCommand', () => {
  it.each([
    ['ls -l', ['ls -l']],
    ['  ls\n', ['ls']],
    ['find . -name "*.java"', ['find . -name *.java']],
    ['grep "a b" f', ['grep a', 'b f']],
    ['echo \\"$x\\"', ['echo "$x"']],
    ["echo 'a  b'", ["echo 'a  b'"]],
    ['', ['']],
  ])('runs %j in the remembered directory', (action, argv) => {
    expect(intercodeCommand(action, '/w')).toEqual(run(argv));
  });

  it.each(['echo "', "awk '{print \"$1'\"'", 'echo \\', 'cd', 'cdrom', 'cd\t/tmp', 'echo \0'])(
    'takes %j for malformed',
    (action) => {
      expect(intercodeCommand(action, '/w')).toEqual({ kind: 'malformed' });
    },
  );

  it.each([
    ['words', 'a '.repeat(7_000_000)],
    ['a change of directory', `cd ${'a/'.repeat(7_000_000)}`],
    ['quotes', '"" '.repeat(1_000_000)],
  ])('does not take apart what no program could be given: %s', (_, action) => {
    expect(intercodeCommand(action, '/w')).toEqual({ kind: 'too_long' });
  });

  it('takes apart long actions that may fit, and white space around any', () => {
    expect(intercodeCommand(`echo "${'a '.repeat(100_000)}"`, '/w')).toMatchObject({ kind: 'run' });
    expect(intercodeCommand(`${' '.repeat(7_000_000)}ls`, '/w')).toEqual(run(['ls']));
  });

  it('runs a change of directory in / and remembers its whole text', () => {
    expect(intercodeCommand('cd a/../b', '/w')).toEqual(run(['cd /w/b'], '/', '/w/b'));
    expect(intercodeCommand('cd /testbed && ls', '/w')).toEqual(
      run(['cd /testbed && ls'], '/', '/testbed && ls'),
    );
    expect(intercodeCommand('cd ', '/w')).toEqual(run(['cd /w'], '/', '/w'));
  });

  it('takes what follows the first "cd " of anything that begins with cd', () => {
    expect(intercodeCommand('cdx; cd /a', '/w')).toEqual(run(['cd /a'], '/', '/a'));
  });

  it('does not look for a change of directory behind white space', () => {
    expect(intercodeCommand(' cd /a', '/w')).toEqual(run(['cd /a']));
  });
});

describe('intercodeGold', () => {
  it('joins a list with semicolons and gives cd no meaning', () => {
    expect(intercodeGold(['cd /a', 'ls'], '/')).toEqual(run(['cd /a;ls'], '/'));
    expect(intercodeGold('cd /a', '/')).toEqual(run(['cd /a'], '/'));
    expect(intercodeGold('echo "', '/')).toEqual({ kind: 'malformed' });
  });
});

describe('resolveDirectory', () => {
  it.each([
    ['/', 'a', '/a'],
    ['/a/b', '../c', '/a/c'],
    ['/a', '../../..', '/'],
    ['/a', '/b/./c//d', '/b/c/d'],
    ['/a', '', '/a'],
    ['/a', '~', '/a/~'],
  ])('from %j to %j is %j', (current, change, result) => {
    expect(resolveDirectory(current, change)).toBe(result);
  });
});

describe('execRequest', () => {
  /** What the request's program does on this machine. */
  const bash = (action: string, workdir = '/') => {
    const { argv, env } = execRequest(['/bin/bash', '-c', action], workdir, 1000);
    const [program = '', ...words] = argv;
    const { stdout, stderr, status } = spawnSync(program, words, {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return `${stdout}${stderr}<${status}>`;
  };

  it('becomes the command, with its words as they are', () => {
    expect(bash("echo out; echo 'e r r' >&2; exit 3")).toBe('out\ne r r\n<3>');
    expect(bash(`printf '%s|' "it's" '$HOME' '"x"'`)).toBe(`it's|$HOME|"x"|<0>`);
  });

  it('gives the environment of a container engine and nothing else', () => {
    expect(bash('env | cut -d= -f1 | LC_ALL=C sort | tr "\\n" " "; pwd', '/usr')).toBe(
      'HOME HOSTNAME PATH PWD SHLVL _ /usr\n<0>',
    );
  });

  it('answers as a container engine does where the directory is gone', () => {
    expect(bash('pwd', '/testbed && ls')).toContain(
      'chdir to cwd ("/testbed && ls") set in config.json failed',
    );
    expect(bash('pwd', '/testbed && ls')).toContain('<126>');
  });
});
