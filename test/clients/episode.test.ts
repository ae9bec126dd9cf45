import { expect, test } from 'vitest';
import { DeadlineError } from '../../clients/typescript/call-errors.ts';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { EpisodeOverError, InvalidParamsError } from '../../clients/typescript/errors.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { FakeServer, gate, NEVER, type Request, stepResult } from './fake-server.ts';

const BASH = { environment: 'bash-v1' } as const;

const steps = (server: FakeServer): Request['params'][] =>
  server.requests.filter(({ method }) => method === 'episode/step').map(({ params }) => params);

test('an episode plays from reset to submit', async () => {
  await using server = await FakeServer.start();
  await using client = await StepwellClient.connect(server.url, { strict: true });
  await using episode = await client.reset({ ...BASH, task: 'count-files' });
  expect(episode.observation.output).toBe('Count the files.');
  await episode.step('ls');
  await episode.step({ code: 'cat', stdin: 'x' });
  expect((await episode.evaluate()).reward).toBe(0.5);
  await episode.submit('3');
  await episode.submit();
  await episode.skip();
  expect(steps(server).map(({ step, action }) => [step, action])).toEqual([
    [1, 'ls'],
    [2, { code: 'cat', stdin: 'x' }],
    [3, { submit: true, answer: '3' }],
    [4, { submit: true }],
    [5, { skip: true }],
  ]);
});

test('a step that the server refused gives its number back', async () => {
  await using server = await FakeServer.start();
  const step = server.handlers['episode/step'];
  server.handlers['episode/step'] = () => {
    throw new ProtocolError('invalid_params', 'bad', {
      issues: [{ field: 'action.timeout_ms', code: 'too_big', message: 'too large' }],
    });
  };
  await using client = await StepwellClient.connect(server.url);
  const episode = await client.reset(BASH);
  const refused = [episode.step('a'), episode.step('b')].map((call) => call.catch((error: unknown) => error));
  expect(await refused[0]).toBeInstanceOf(InvalidParamsError);
  expect(await refused[0]).toMatchObject({
    issues: [{ field: 'action.timeout_ms', code: 'too_big', message: 'too large' }],
  });
  await refused[1];
  if (step) server.handlers['episode/step'] = step;
  expect((await episode.step('c')).step).toBe(1);
});

test('a step without an answer keeps its number and can be asked for again', async () => {
  await using server = await FakeServer.start({ 'episode/step': () => NEVER });
  await using client = await StepwellClient.connect(server.url);
  const episode = await client.reset(BASH);
  const error = await episode.step('make', { timeoutMs: 5 }).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(DeadlineError);
  if (!(error instanceof DeadlineError) || error.step === null) return expect.fail('no step number');
  expect(error.step).toBe(1);
  expect(episode.nextStep).toBe(2);
  server.handlers['episode/step'] = ({ params }) =>
    stepResult(Number(params.step), 'made', { replayed: true });
  expect(await episode.step('make', { step: error.step })).toMatchObject({ step: 1, replayed: true });
  expect(episode.nextStep).toBe(2);
  expect((await episode.step('ls')).step).toBe(2);
});

test('a number of the caller’s own that is refused leaves the count alone', async () => {
  await using server = await FakeServer.start({
    'episode/step': ({ params }) => {
      if (params.step === 9) throw new ProtocolError('step_out_of_order', 'expected 1', { expected: 1 });
      return stepResult(Number(params.step), '');
    },
  });
  await using client = await StepwellClient.connect(server.url);
  const episode = await client.reset(BASH);
  await expect(episode.step('ls', { step: 9 })).rejects.toMatchObject({ details: { expected: 1 } });
  expect((await episode.step('ls')).step).toBe(1);
});

test('a step has at least its own deadline to be answered', async () => {
  const answer = gate();
  await using server = await FakeServer.start({
    'episode/step': () => answer.opened.then(() => stepResult(1, 'slow')),
    'environments/list': () => NEVER,
  });
  await using client = await StepwellClient.connect(server.url, { timeoutMs: 1 });
  const episode = await client.reset(BASH, { timeoutMs: 10_000 });
  const step = episode.step({ code: 'sleep 1', timeout_ms: 2_000 });
  await server.arrived('episode/step');
  await expect(client.environments()).rejects.toBeInstanceOf(DeadlineError);
  answer.open();
  expect((await step).observation.output).toBe('slow');
});

test('a grade may take longer than other calls', async () => {
  const answer = gate();
  await using server = await FakeServer.start({
    'episode/step': () => answer.opened.then(() => stepResult(1, '', { reward: 1, terminated: true })),
    'episode/evaluate': () => answer.opened.then(() => ({ reward: 1, failure: null, info: {} })),
    'environments/list': () => NEVER,
  });
  await using client = await StepwellClient.connect(server.url, { timeoutMs: 1 });
  const episode = await client.reset(BASH, { timeoutMs: 10_000 });
  const grades = Promise.all([episode.evaluate(), episode.submit()]);
  await server.arrived('episode/step');
  await expect(client.environments()).rejects.toBeInstanceOf(DeadlineError);
  answer.open();
  expect((await grades).map(({ reward }) => reward)).toEqual([1, 1]);
});

test('an episode can be closed twice, and after the server has forgotten it', async () => {
  await using server = await FakeServer.start({
    'episode/close': () => {
      throw new ProtocolError('episode_not_found', 'no such episode');
    },
  });
  await using client = await StepwellClient.connect(server.url);
  const episode = await client.reset(BASH);
  await Promise.all([episode.close(), episode.close()]);
  expect(server.requests.filter(({ method }) => method === 'episode/close')).toHaveLength(1);
});

test('an episode that is over is not closed again with the client', async () => {
  await using server = await FakeServer.start({
    'episode/step': () => stepResult(1, '', { terminated: true, reward: 1 }),
  });
  const client = await StepwellClient.connect(server.url);
  const episode = await client.reset(BASH);
  await episode.submit();
  await client.close();
  expect(server.requests.map(({ method }) => method)).not.toContain('episode/close');
});

test('leaving the block after a fault shows that fault, not the one of closing', async () => {
  await using server = await FakeServer.start({
    'episode/step': () => {
      throw new ProtocolError('episode_over', 'the episode has ended');
    },
    'episode/close': (_request, socket) => {
      socket.terminate();
      return NEVER;
    },
  });
  await using client = await StepwellClient.connect(server.url);
  const play = async () => {
    await using episode = await client.reset(BASH);
    await episode.step('ls');
  };
  await expect(play()).rejects.toBeInstanceOf(EpisodeOverError);
});
