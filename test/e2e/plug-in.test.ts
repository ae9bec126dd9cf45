import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { LAUNCHER } from '../stepwell.ts';

const EXAMPLES = join(import.meta.dirname, '../../clients/examples');
const START_MS = 300_000;
const GOLD =
  'function chunk(list, size) { const rest = list.slice(size); return list.length === 0 ? [] : [list.slice(0, size), ...chunk(rest, size)]; }';
const WRONG = 'function chunk(list, size) { return list.length === 0 ? [] : [list.slice(0, size)]; }';

/** A definition in JavaScript whose task no sandbox can be made ready for. */
const UNPLAYABLE = `
import { defineEnvironment, UnplayableError, z } from 'stepwell/environment';
export default defineEnvironment({
  id: 'broken-v1',
  description: 'Broken.',
  readme: new URL('./README.md', import.meta.url),
  image: 'bash',
  record: z.strictObject({ id: z.string(), instruction: z.string() }),
  tasks: [{ id: 'a', instruction: 'Do it.' }],
  goldOf: () => 'true',
  begin: async () => { throw new UnplayableError('It lacks its file.'); },
});
`;

const missing = await localMissing({ programs: ['node'] });

describeUnless(missing, 'environments from folders outside the source, on the local engine', () => {
  let home: string;
  let folder: string;
  let server: ChildProcessByStdio<null, Readable, null>;
  let url: string;
  let client: StepwellClient;

  const environment = 'node-v1';
  const stepwell = (...argv: string[]) =>
    spawnSync(process.execPath, [LAUNCHER, ...argv], {
      env: { ...process.env, STEPWELL_HOME: home, STEPWELL_ENVIRONMENT: join(home, 'node-repl') },
      encoding: 'utf8',
      timeout: START_MS,
    });

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-home-'));
    folder = join(home, 'node-repl');
    await cp(join(EXAMPLES, 'node-repl'), folder, { recursive: true });
    await mkdir(join(home, 'broken'));
    await writeFile(join(home, 'broken/environment.js'), UNPLAYABLE);
    await writeFile(join(home, 'broken/README.md'), '# Broken\n');
    const folders = [folder, join(home, 'broken')].map((path) => `--environment=${path}`);
    const flags = [...folders, '--port=0', '--runtime=local', '--pool=', '--log-level=silent'];
    const env = { ...process.env, STEPWELL_HOME: home };
    server = spawn(process.execPath, [LAUNCHER, 'serve', ...flags], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface({ input: server.stdout })) {
      url = /http:\S+\d/.exec(line)?.[0] ?? '';
      break;
    }
    client = await StepwellClient.connect(url, { strict: true, timeoutMs: START_MS });
  });

  afterAll(async () => {
    await client?.close();
    if (server?.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    }
    await rm(home, { recursive: true, force: true });
  });

  async function play(codes: readonly string[], options: Record<string, unknown> = {}) {
    await using episode = await client.reset({ environment, task: 'chunk', ...options });
    for (const code of codes) await episode.step({ code });
    return episode.submit();
  }

  it('are listed and described as the built-in ones', async () => {
    const infos = await client.environments();
    expect(infos.map(({ id }) => id)).toEqual([
      'bash-v1',
      'sql-v1',
      'python-v1',
      'terminal-v1',
      environment,
      'broken-v1',
    ]);
    expect(infos.at(-2)).toMatchObject({ semantics: ['native'], datasets: [{ name: 'built-in', tasks: 2 }] });
    const told = async (route: string) => (await fetch(`${url}/openenv/${environment}/${route}`)).json();
    expect(await told('schema')).toMatchObject({
      observation: { properties: { exit_code: {}, feedback: { type: 'string' } } },
    });
    expect(await told('openapi.json')).toMatchObject({
      paths: { '/reset': { post: { requestBody: expect.anything() } } },
    });
    expect(await told('metadata')).toMatchObject({ readme_content: expect.stringContaining('Node.js REPL') });
  });

  it('play the gold to 1, a wrong solution below it, and nothing to 0', async () => {
    expect(await play([GOLD])).toMatchObject({ reward: 1, terminated: true, info: { success: true } });
    const wrong = await play([WRONG], { feedback: true });
    expect(wrong.reward).toBeGreaterThan(0);
    expect(wrong.reward).toBeLessThan(1);
    expect(wrong.observation.output).toContain('chunk(...[[1,2,3,4,5],2]) is wrong');
    expect(await play([])).toMatchObject({ reward: 0, failure: null, info: { success: false } });
  });

  it('keep a session for the episode, and start a lost one again', async () => {
    await using episode = await client.reset({ environment, task: 0 });
    expect((await episode.step({ code: 'let n = 41; n + 1' })).observation.output).toBe('42\n');
    expect((await episode.step({ code: 'n' })).observation).toMatchObject({ output: '41\n', exit_code: 0 });
    const thrown = await episode.step({ code: 'nothing.here' });
    expect(thrown.observation).toMatchObject({
      exit_code: 1,
      output: expect.stringMatching(/ReferenceError/),
    });
    const cut = await episode.step({ code: 'for (;;) {}', timeout_ms: 500 });
    expect(cut.observation).toMatchObject({ timed_out: true, session_restarted: true });
    const ended = await episode.step({ code: 'process.exit(3)' });
    expect(ended).toMatchObject({ failure: null, observation: { session_restarted: true } });
    expect((await episode.step({ code: 'typeof n' })).observation.output).toBe("'undefined'\n");
  });

  it('grade an agent that breaks its session, and never fail for it', async () => {
    const vandal =
      "require('node:fs').rmSync('/tmp/.node-repl', { recursive: true }); setTimeout(process.exit, 1), 0";
    expect(await play([vandal, '1', GOLD])).toMatchObject({ failure: null, reward: expect.any(Number) });
    expect(await play(['process.kill(process.ppid, 9)'])).toMatchObject({ failure: null, reward: 0 });
  });

  it('throw errors that the server knows, as they have its own classes', async () => {
    await expect(client.reset({ environment: 'broken-v1', task: 0 })).rejects.toMatchObject({
      error: 'task_ungradable',
      message: expect.stringContaining('It lacks its file.'),
    });
  });

  it('have their own options, and refuse those of others by name', async () => {
    const reset = (options: Record<string, unknown>) => client.reset({ environment, task: 0, ...options });
    await expect(reset({ dialect: 'sqlite' })).rejects.toMatchObject({ issues: [{ field: 'dialect' }] });
    await expect(reset({ semantics: 'intercode' })).rejects.toMatchObject({
      issues: [{ field: 'semantics' }],
    });
    await (await reset({ semantics: 'native' })).close();
  });

  it('are taken by commands with a server of their own', () => {
    expect(stepwell('tasks', 'datasets').stdout).toMatch(/node-v1 +built-in/);
    const listed = stepwell('tasks', '--environment', folder);
    expect(listed.stdout).toMatch(/0 +chunk/);
    const help = stepwell('play', '--environment', folder, '--help').stdout;
    expect(help).toMatch(/--feedback +python-v1: .* node-v1: /);
    const checked = stepwell('tasks', 'check', '--environment', folder, '--runtime', 'local');
    expect(checked).toMatchObject({ status: 0, stdout: expect.stringContaining('2 of 2 tasks pass') });
  });

  it('keep the contract of environments, as `stepwell check` shows', { timeout: START_MS }, () => {
    const examples = [
      [folder, environment],
      [join(EXAMPLES, 'new-environment'), 'mine-v1'],
    ] as const;
    for (const [path, id] of examples) {
      const { stdout, status } = stepwell('check', path, '--runtime', 'local');
      expect(stdout.split('\n').filter((line) => /^[-✗]/.test(line))).toEqual([
        `- intercode: skipped: ${id} has native semantics only`,
        `- cheats: skipped: ${id} has no cheats`,
      ]);
      expect(stdout).toMatch(/: \d+ checks passed, 0 failed, 2 skipped\n$/);
      expect(status).toBe(0);
    }
  });

  it('begin as a new one that works, in a folder that is empty', () => {
    const mine = join(home, 'My questions');
    expect(stepwell('environments', 'new', mine)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('my-questions-v1'),
    });
    const again = stepwell('environments', 'new', mine);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('not empty') });
    // Its own test, as its README says.
    const tested = spawnSync(process.execPath, ['--test', mine], {
      env: {
        ...process.env,
        STEPWELL_HOME: home,
        STEPWELL: `${process.execPath} ${LAUNCHER}`,
        NODE_TEST_CONTEXT: undefined,
      },
      encoding: 'utf8',
    });
    expect(tested).toMatchObject({ status: 0, stdout: expect.stringContaining('1 of 1 tasks pass') });
  });
});
