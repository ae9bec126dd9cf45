import { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { addSettingFlags } from '../../../clients/cli/serve.ts';
import {
  ConfigError,
  type ConfigInput,
  createConfig,
  heartbeatTimeoutMs,
} from '../../../server/config/config.ts';
import { configFlags, configOf, joinedItems } from '../../../server/config/flags.ts';

/** The configuration of a command line. */
function parsed(argv: readonly string[], env = {}) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  const settings = addSettingFlags(command);
  command.parse([...argv], { from: 'user' });
  return configOf(settings(), env);
}

test('a switch may be given twice, and a number too large has one error', () => {
  expect(parsed(['--fsync', '--fsync', 'true']).fsync).toBe(true);
  expect(() => parsed([], { STEPWELL_LAYER_BYTES: '1e30' })).toThrow(/^[^\n]*--layer-bytes[^\n]*$/);
});

test('without flags the defaults hold', () => {
  expect(configOf({})).toMatchObject({
    port: 8765,
    host: '127.0.0.1',
    runtime: 'auto',
    step_timeout_ms: 10_000,
    max_output_bytes: 65_536,
    max_frame_bytes: 16 * 1024 * 1024,
    heartbeat_interval_ms: 20_000,
    token: null,
  });
});

test('flags are read in every form', () => {
  const argv = ['--port', '0', '--pool=bash-v1=8,nl2bash-fs1=4', '--dataset', 'a=/x=y', '--dataset', 'b=c'];
  expect(parsed([...argv, '--fsync', '--cpus', '0.5'])).toMatchObject({
    port: 0,
    pool: { 'bash-v1': 8, 'nl2bash-fs1': 4 },
    dataset: { a: '/x=y', b: 'c' },
    fsync: true,
    cpus: 0.5,
  });
});

test('a backslash before a comma makes it part of an item', () => {
  const argv = ['--environment', '/a,/b\\,c', '--environment', '/d', '--dataset', 'a=/x\\,y,b=z'];
  expect(parsed(argv)).toMatchObject({
    environment: ['/a', '/b,c', '/d'],
    dataset: { a: '/x,y', b: 'z' },
  });
  expect(parsed([], { STEPWELL_ENVIRONMENT: joinedItems(['/a', '/b,c']) }).environment).toEqual([
    '/a',
    '/b,c',
  ]);
});

test('flags take precedence over environment variables', () => {
  const env = { STEPWELL_PORT: '1', STEPWELL_TOKEN: 'from-the-environment' };
  expect(parsed(['--port', '2'], env)).toMatchObject({ port: 2, token: 'from-the-environment' });
});

test.each([
  [['--port', 'http'], '--port'],
  [['--port', '70000'], '--port'],
  [['--pool', 'bash-v1'], '--pool'],
  [['--pool', 'bash-v1=many'], '--pool'],
  [['--pool-max', '0'], '--pool-max: expected a whole number from 1 to 10000 or auto'],
  [['--pool-max', 'most'], '--pool-max most: expected a number or auto'],
  [['--runtime', 'podman'], '--runtime'],
  [['--fsync=maybe'], '--fsync'],
])('%j is refused by name', (argv, flag) => {
  expect(() => parsed(argv)).toThrow(ConfigError);
  expect(() => parsed(argv)).toThrow(flag);
});

test.each([
  [['--prot', '1'], '--prot'],
  [['--port'], '--port'],
  [['serve'], 'too many arguments'],
])('%j is no command line: %s', (argv, named) => {
  expect(() => parsed(argv)).toThrow(CommanderError);
  expect(() => parsed(argv)).toThrow(named);
});

const CONTRADICTIONS: [ConfigInput, string, string][] = [
  [{ host: '0.0.0.0' }, '--host', '--token'],
  [{ heartbeat_interval_ms: 2_000, heartbeat_timeout_ms: 1_000 }, '--heartbeat-timeout-ms', 'raise'],
  [{ heartbeat_timeout_ms: 120_001 }, '--heartbeat-timeout-ms', '--grace-ms 120000'],
  [{ pool: { 'bash-v1': 9 }, pool_max: 8 }, '--pool', '--pool-max'],
  [{ fsync: true, trajectories: 'none' }, '--fsync', '--trajectories'],
  [{ memory_bytes: 200 * 2 ** 20 }, '--memory-bytes', '--layer-bytes'],
];

test.each([
  [{}, 120_000],
  [{ grace_ms: 60_000 }, 60_000],
  [{ grace_ms: 900_000 }, 300_000],
  [{ grace_ms: 0 }, 300_000],
  [{ grace_ms: 1 }, 20_000],
  [{ heartbeat_timeout_ms: 90_000 }, 90_000],
])('with %j a socket may be silent for %i ms', (input, expected) => {
  expect(heartbeatTimeoutMs(createConfig(input))).toBe(expected);
});

test.each(CONTRADICTIONS)('%j contradicts itself; the error names %s and %s', (input, flag, remedy) => {
  expect(() => createConfig(input)).toThrow(ConfigError);
  expect(() => createConfig(input)).toThrow(flag);
  expect(() => createConfig(input)).toThrow(remedy);
});

test.each([
  [['--port', '99999'], '--port: expected a whole number from 0 to 65535'],
  [['--port', '0.5'], '--port: expected a whole number from 0 to 65535'],
  [['--cpus', '0'], '--cpus: expected a number from 0.01 to 1024'],
  [['--memory-bytes', '1'], '--memory-bytes: expected a whole number from 67108864'],
  [['--pool', 'bash-v1=-1'], '--pool bash-v1: expected a whole number from 0 to 10000'],
  [['--token', 'short'], '--token: expected at least 8 characters'],
  [['--host', ''], '--host: expected at least 1 character'],
  [['--pool-max', '0'], '--pool-max: expected a whole number from 1 to 10000 or auto'],
  [['--pool-max', 'most'], '--pool-max most: expected a number or auto'],
  [['--runtime', 'podman'], '--runtime: expected auto, docker or local'],
  [['--allowed-origins', 'here'], '--allowed-origins: expected an address, e.g. https://example.org'],
])('%j is refused with what is expected', (argv, message) => {
  expect(() => parsed(argv)).toThrow(new ConfigError(message));
});

test('a setting takes a number or a word', () => {
  expect(parsed(['--pool-max', 'auto']).pool_max).toBe('auto');
  expect(parsed(['--pool-max', '12']).pool_max).toBe(12);
  expect(createConfig({ pool: { 'bash-v1': 900 }, pool_max: 'auto' }).pool_max).toBe('auto');
  expect(configFlags().find(({ key }) => key === 'pool_max')?.placeholder).toBe('<number|auto>');
});

test('a token opens the server to other machines', () => {
  expect(createConfig({ host: '0.0.0.0', token: 'long-enough' }).host).toBe('0.0.0.0');
});

test.each(['two words', 'one-line\n', '\ttabulated'])(
  'the token %j is refused for its white space',
  (token) => {
    expect(() => createConfig({ token })).toThrow(/^--token: white space .*letters, digits/);
    expect(() => configOf({}, { STEPWELL_TOKEN: token })).toThrow('--token: white space');
  },
);

test('every setting has a flag with a description', () => {
  const flags = configFlags();
  expect(flags.map(({ flag }) => flag)).toContain('--step-timeout-ms');
  expect(flags.filter(({ description }) => description === '')).toEqual([]);
});
