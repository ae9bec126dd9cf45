import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { STEPWELL_VERSION } from '../../protocol/version.ts';
import { LAUNCHER } from '../stepwell.ts';
import { stepwell } from './fake-terminal.ts';

const COMMANDS = [
  'serve',
  'play',
  'replay',
  'eval',
  'trajectories',
  'show',
  'explain',
  'top',
  'tasks',
  'cheats',
  'check',
  'environments',
  'doctor',
  'import',
  'images',
  'bench',
];

describe('help', () => {
  test.each([[['--help']], [[]], [['help']]])(
    '%j names every command and the exit statuses',
    async (argv) => {
      const { exitCode, printed, complained } = await stepwell(argv);
      expect(exitCode).toBe(0);
      for (const command of COMMANDS) expect(printed).toContain(`\n  ${command}`);
      expect(printed).toContain('Exit status: 0');
      expect(complained).toBe('');
    },
  );

  test.each(COMMANDS)('%s --help shows its flags', async (command) => {
    const { exitCode, printed } = await stepwell([command, '--help']);
    expect(exitCode).toBe(0);
    expect(printed).toContain(`Usage: stepwell ${command}`);
    expect(printed).toContain('--help');
  });

  test.each(['tasks check', 'environments new', 'import intercode', 'import humaneval', 'images build'])(
    'help of %s shows its flags',
    async (command) => {
      const { exitCode, printed } = await stepwell([...command.split(' '), '--help']);
      expect(exitCode).toBe(0);
      expect(printed).toContain(`Usage: stepwell ${command}`);
    },
  );

  test('serve --help shows the settings with their defaults', async () => {
    const { printed } = await stepwell(['serve', '--help']);
    expect(printed).toMatch(/--port <number>[^\n]*default: 8765/);
    expect(printed).toContain('--runtime <auto|docker|local>');
  });

  test('--version prints the version', async () => {
    expect(await stepwell(['--version'])).toMatchObject({ exitCode: 0, printed: `${STEPWELL_VERSION}\n` });
  });
});

describe('wrong use', () => {
  const cases: [string, string[], string][] = [
    ['an unknown command, with a suggestion', ['pley'], 'Did you mean play?'],
    ['an unknown flag, with a suggestion', ['play', '--tsk', '3'], 'Did you mean --task?'],
    ['an unknown setting, with a suggestion', ['serve', '--prt', '1'], 'Did you mean --port?'],
    ['a flag without its value', ['play', '--task'], "'--task <task>' argument missing"],
    ['a value out of range', ['play', '--max-turns', '0'], 'whole number from 1'],
    ['a value that is no number', ['tasks', 'list', '--limit', 'all'], 'whole number from 1 to 10000'],
    ['a word that is none of its choices', ['play', '--semantics', 'x'], 'Give native or intercode'],
    ['an engine that there is not', ['play', '--runtime', 'podman'], 'Give auto, docker or local'],
    ['an address that is none', ['tasks', '--url', 'nonsense'], '--url: "nonsense" is not an address'],
    ['a missing argument', ['replay'], "missing required argument 'trajectory'"],
    ['an argument too many', ['doctor', 'please'], 'too many arguments'],
    ['a setting that contradicts itself', ['serve', '--host', '0.0.0.0'], '--token'],
    ['a setting of the wrong kind', ['serve', '--port', 'http'], '--port'],
    ['a file that is not there', ['replay', '/nowhere.jsonl'], '/nowhere.jsonl'],
  ];

  test.each(cases)('%s', async (_case, argv, expected) => {
    const { exitCode, printed, complained } = await stepwell(argv);
    expect(exitCode).toBe(2);
    expect(printed).toBe('');
    expect(complained).toMatch(/^stepwell: [^\n]*\n$/);
    expect(complained).toContain(expected);
  });

  test('a server that is not there is one line with a remedy', async () => {
    const { exitCode, complained } = await stepwell(['tasks', '--url', 'ws://127.0.0.1:9']);
    expect(exitCode).toBe(1);
    expect(complained).toMatch(/^stepwell: no connection to [^\n]*that the server is running[^\n]*\n$/);
  });
});

test('the command runs from any folder', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [LAUNCHER, '--version'], { cwd: tmpdir() });
  expect(stdout).toBe(`${STEPWELL_VERSION}\n`);
});
