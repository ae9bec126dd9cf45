import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  execCode,
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

describe('execCode', () => {
  /** A shell with a variable of its own, as a session has, that goes on after the code. */
  const inShell = (code: string) => {
    const script = `export OWN=1\n${code}\nprintf '<%d>' "$?"\nprintf '%s ' /proc/$$/fd/*`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOSTNAME: 'h' },
      // On a socket, as Node makes them, bash takes itself for a remote shell.
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // The shell's number is another one each time.
    const shown = stdout.replaceAll(/\/proc\/\d+/g, '');
    return shown + stderr;
  };
  const idle = inShell('true').replace('<0>', '');
  const bash = (action: string, workdir = '/') => inShell(execCode(['/bin/bash', '-c', action], workdir));

  it('gives output and status, and leaves no descriptor behind', () => {
    expect(bash("echo out; echo 'e r r' >&2; exit 3")).toBe(`out\ne r r\n<3>${idle}`);
  });

  it('passes words as they are', () => {
    const argv = ['/bin/bash', '-c', 'echo "$0|$1"', "it's", '$HOME\n"x"'];
    expect(inShell(execCode(argv, '/'))).toBe(`it's|$HOME\n"x"\n<0>${idle}`);
  });

  it('shows nothing of the shell around it', () => {
    expect(bash('env | cut -d= -f1 | LC_ALL=C sort | tr "\\n" " "; cat; pwd', '/usr')).toBe(
      `HOME HOSTNAME PATH PWD SHLVL _ /usr\n<0>${idle}`,
    );
  });

  it('waits for what a process substitution prints', () => {
    expect(bash('echo a | tee >(sleep 0.2; wc -l)')).toBe(`a\n1\n<0>${idle}`);
  });

  it('lets go of a background job that keeps the output', () => {
    expect(bash('sleep 30 & echo started')).toContain('started\n<0>');
  });

  it('answers as a container engine does where the directory is gone', () => {
    expect(bash('pwd', '/testbed && ls')).toContain(
      'chdir to cwd ("/testbed && ls") set in config.json failed',
    );
    expect(bash('pwd', '/testbed && ls')).toContain('<126>');
  });
});
