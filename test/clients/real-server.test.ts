import { afterAll, beforeAll, expect, test } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import {
  EnvironmentNotFoundError,
  EpisodeExistsError,
  EpisodeNotFoundError,
  EpisodeOverError,
  InvalidParamsError,
  StepOutOfOrderError,
  TaskNotFoundError,
  UnauthorizedError,
} from '../../clients/typescript/errors.ts';
import { localMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { failure } from './failure.ts';
import { type RealServer, startLocalServer } from './real-server.ts';

const missing = await localMissing();
const TOKEN = 'a-secret-of-this-test';
const BASH = { environment: 'bash-v1' } as const;

describeUnless(missing, 'the client and the server itself', () => {
  let server: RealServer;
  let client: StepwellClient;

  beforeAll(async () => {
    server = await startLocalServer({ token: TOKEN });
    client = await StepwellClient.connect(server.url, { token: TOKEN, strict: true });
  });

  afterAll(async () => {
    await client?.close();
    await server?.[Symbol.asyncDispose]();
  });

  test('agree on the shape of every result', async () => {
    const environments = await client.environments();
    expect(environments.map(({ id }) => id)).toContain('bash-v1');
    const { tasks, total } = await client.tasks({ ...BASH, limit: 2 });
    expect(tasks).toHaveLength(2);
    expect(total).toBeGreaterThanOrEqual(40);
    await using episode = await client.reset({ ...BASH, task: tasks[1]?.id });
    expect(episode.observation.output).toBe(tasks[1]?.instruction);
    const step = await episode.step({ code: 'cat; exit 3', stdin: 'from the client' });
    expect(step.observation).toMatchObject({ output: 'from the client', exit_code: 3 });
    expect((await episode.state()).step_count).toBe(1);
    expect((await episode.evaluate()).reward).toBeTypeOf('number');
    const end = await episode.submit();
    expect(end).toMatchObject({ step: 2, terminated: true, failure: null });
    expect(Object.keys(end.info.reward_components ?? {})).toHaveLength(4);
    expect(end.info.success).toBe(end.reward === 1);
  });

  test('run a repeated step once', async () => {
    await using episode = await client.reset({ ...BASH, task: 0 });
    await episode.step('echo x >> /tmp/count');
    await episode.step('echo x >> /tmp/count', { step: 1 });
    const { observation } = await episode.step('wc -l < /tmp/count');
    expect(observation.output.trim()).toBe('1');
  });

  test('keep steps that were asked for together in their order', async () => {
    await using episode = await client.reset({ ...BASH, task: 0 });
    const results = await Promise.all([1, 2, 3, 4, 5].map((i) => episode.step(`n="$n"${i}; echo "$n"`)));
    expect(results.map(({ observation }) => observation.output.trim())).toEqual([
      '1',
      '12',
      '123',
      '1234',
      '12345',
    ]);
  });

  test('give errors their classes', async () => {
    await using episode = await client.reset({ ...BASH, task: 0, episode_id: 'mine' });
    const over = await client.reset({ ...BASH, task: 0 });
    await over.skip();
    const cases = [
      [client.reset({ environment: 'bash-v0' }), EnvironmentNotFoundError],
      [client.reset({ ...BASH, task: 'no such task' }), TaskNotFoundError],
      [client.reset({ ...BASH, episode_id: 'mine' }), EpisodeExistsError],
      [client.call('episode/state', { episode_id: 'no such episode' }), EpisodeNotFoundError],
      [over.step('ls'), EpisodeOverError],
      [episode.step('ls', { step: 7 }), StepOutOfOrderError],
      [client.reset({ ...BASH, task: 0, max_turns: 0 }), InvalidParamsError],
      [StepwellClient.connect(server.url, { token: 'a wrong one' }), UnauthorizedError],
      [StepwellClient.connect(server.url), UnauthorizedError],
    ] as const;
    for (const [call, expected] of cases) expect(await failure(call)).toBeInstanceOf(expected);
    expect((await episode.step('echo on')).step).toBe(1);
  });

  test('name the refused parameter', async () => {
    const error = await failure(client.reset({ ...BASH, max_turns: 0 }));
    expect(error).toMatchObject({ issues: [{ field: 'max_turns' }] });
  });
});
