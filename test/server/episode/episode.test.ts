import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SandboxError, type SandboxErrorCode } from '../../../docker/errors.ts';
import type { EnvironmentEpisode, Grade, GradeRequest } from '../../../environments/environment.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { EpisodeLimits } from '../../../server/episode/limits.ts';
import { takeTurn } from '../../../server/episode/turn.ts';
import { trajectoryIn } from '../../trajectories.ts';
import { fake, serveEachTest, server, wire } from '../each-server.ts';

serveEachTest();

const step = (episode_id: string, action: unknown, number?: number) =>
  wire.result('episode/step', { episode_id, action, ...(number === undefined ? {} : { step: number }) });

test('a step number already done returns its stored result and runs nothing', async () => {
  const id = await wire.reset();
  const first = await step(id, 'echo once', 1);
  expect(await step(id, 'echo once', 1)).toEqual({ ...first, replayed: true });
  expect(fake.plays[0]?.acted).toEqual(['echo once']);
});

test('a step number already done with another action is refused, and nothing is lost', async () => {
  const id = await wire.reset();
  const first = await step(id, { code: 'echo once', metadata: { try: 1 } }, 1);
  for (const action of ['echo twice', { code: 'echo once', stdin: 'x' }, 'submit']) {
    expect(await wire.error('episode/step', { episode_id: id, step: 1, action })).toMatchObject({
      code: -32024,
      data: { name: 'step_mismatch', expected: 2, retryable: false },
    });
  }
  expect(await step(id, { code: 'echo once', metadata: { try: 2 } }, 1)).toEqual({
    ...first,
    replayed: true,
  });
  expect(await step(id, 'echo twice', 2)).toMatchObject({ step: 2 });
});

test('a step sent twice at the same time runs once', async () => {
  const id = await wire.reset();
  wire.request('episode/step', { episode_id: id, step: 1, action: 'wait go' });
  wire.request('episode/step', { episode_id: id, step: 1, action: 'wait go' });
  await fake.reached('go');
  fake.open('go');
  expect(await wire.answer()).toMatchObject({ result: { step: 1, observation: { output: 'waited\n' } } });
  expect(await wire.answer()).toMatchObject({ result: { step: 1, replayed: true } });
  expect(fake.plays[0]?.acted).toHaveLength(1);
});

test('a step number ahead is refused with the one expected', async () => {
  const id = await wire.reset();
  expect(await wire.error('episode/step', { episode_id: id, step: 2, action: 'ls' })).toMatchObject({
    code: -32023,
    data: { name: 'step_out_of_order', expected: 1 },
  });
  expect(await step(id, 'echo a', 1)).toMatchObject({ step: 1 });
});

test('the last result is still there after the end, further steps are refused', async () => {
  const id = await wire.reset();
  const last = await step(id, 'skip', 1);
  expect(last).toMatchObject({ observation: { output: 'skipped' }, reward: 0, terminated: true });
  expect(await step(id, 'skip', 1)).toEqual({ ...last, replayed: true });
  expect(await wire.error('episode/step', { episode_id: id, action: 'ls' })).toMatchObject({
    code: -32022,
    data: { name: 'episode_over', reason: 'terminated' },
  });
});

test.each([
  [{}, 1],
  [{ reward: 'on_end' }, 1],
  [{ reward: 'on_submit' }, null],
  [{ reward: 'every_step' }, 1],
])('with %j the last of max_turns is truncated with reward %j', async (options, reward) => {
  const id = await wire.reset({ max_turns: 2, ...options });
  expect(await step(id, 'echo gold')).toMatchObject({ truncated: false });
  const last = await step(id, 'echo gold');
  expect(last).toMatchObject({ terminated: false, truncated: true, reward, info: { limit: 'turns' } });
  expect((last.info as { success?: boolean }).success).toBe(reward === null ? undefined : true);
  expect(fake.plays[0]?.released).toBe(1);
  expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({ last_reward: reward });
});

test('the last turn is graded with its processes ended, and only once', async () => {
  const id = await wire.reset({ max_turns: 1 });
  expect(await step(id, { evaluate: true })).toMatchObject({ truncated: true, reward: 0 });
  expect(fake.plays[0]?.gradings).toEqual([{ final: true }]);
});

test('a fault in the grade of the last turn is a failure', async () => {
  const id = await wire.reset({ max_turns: 1 });
  fake.failGrade = new SandboxError('died', 'Gone.');
  expect(await step(id, 'echo gold')).toMatchObject({
    observation: { output: 'gold\n' },
    reward: null,
    truncated: true,
    failure: { class: 'grading', action_may_have_run: true },
  });
});

test('a skip has no success', async () => {
  const id = await wire.reset();
  expect(await step(id, 'skip')).toMatchObject({ reward: 0, info: { success: false } });
});

test('a submit that ends a part of a task goes on with the next one, unless a limit is reached', async () => {
  const asked: GradeRequest[] = [];
  const play = {
    sandbox: {},
    async grade(request: GradeRequest): Promise<Grade> {
      asked.push(request);
      const grade = { components: { first: 1 }, durationMs: 1 };
      return request.mayGoOn
        ? { ...grade, reward: null, next: { output: 'Second.' } }
        : { ...grade, reward: 0.5 };
    },
  } as unknown as EnvironmentEpisode;
  const submit = (turns: number) => {
    const limits = new EpisodeLimits(
      { max_turns: turns },
      () => 0,
      () => {},
    );
    return takeTurn(play, { submit: true }, { mode: 'on_end', step: 1, limits });
  };
  expect(await submit(2)).toMatchObject({
    observation: { output: 'Second.' },
    reward: null,
    terminated: false,
    info: { reward_components: { first: 1 } },
  });
  expect(await submit(1)).toMatchObject({ reward: 0.5, terminated: true });
  expect(asked.map(({ final, mayGoOn }) => ({ final, mayGoOn }))).toEqual([
    { final: true, mayGoOn: true },
    { final: true, mayGoOn: false },
  ]);
});

test('code and input that no sandbox could take are refused', async () => {
  const mebibytes = (count: number) => 'x'.repeat(count * 2 ** 20);
  const play = {
    sandbox: {},
    act: () => Promise.reject(new Error('it ran')),
  } as unknown as EnvironmentEpisode;
  for (const action of [{ code: mebibytes(17) }, { code: mebibytes(9), stdin: 'é'.repeat(4 * 2 ** 20) }]) {
    await expect(takeTurn(play, action, { mode: 'on_end' })).rejects.toMatchObject({
      error: 'invalid_params',
      details: { issues: [{ field: 'action.code', code: 'too_big' }] },
    });
  }
  expect((await takeTurn(play, { code: mebibytes(16) }, { mode: 'on_end' })).failure).not.toBeNull();
});

test('a submit in the last turn terminates', async () => {
  const id = await wire.reset({ max_turns: 1 });
  expect(await step(id, { submit: true, answer: 'gold' })).toMatchObject({
    terminated: true,
    truncated: false,
    reward: 1,
  });
});

test('every_step grades every action and leaves stopping at reward 1 to the client', async () => {
  const id = await wire.reset({ reward: 'every_step' });
  expect(await step(id, 'echo lead')).toMatchObject({ reward: 0, terminated: false });
  expect(await step(id, 'echo gold')).toMatchObject({
    reward: 1,
    terminated: false,
    info: { duration_ms: 1, grade_ms: 2, success: true, reward_components: { match: 1 } },
  });
  expect(await step(id, 'echo lead')).toMatchObject({
    reward: 0,
    terminated: false,
    info: { success: false },
  });
});

test('an evaluate action grades and goes on; episode/evaluate is no step', async () => {
  const id = await wire.reset();
  await step(id, 'echo gold');
  expect(await step(id, { evaluate: true })).toMatchObject({ step: 2, reward: 1, terminated: false });
  expect(await wire.result('episode/evaluate', { episode_id: id })).toMatchObject({
    reward: 1,
    failure: null,
    info: { reward_components: { match: 1 } },
  });
  expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({
    step_count: 2,
    last_reward: 1,
  });
});

test('an action that the environment refuses is no step', async () => {
  const id = await wire.reset();
  fake.failAct = new ProtocolError('unsupported', 'No stdin here.');
  expect(await wire.error('episode/step', { episode_id: id, step: 1, action: 'ls' })).toMatchObject({
    data: { name: 'unsupported' },
  });
  expect(await step(id, 'echo a', 1)).toMatchObject({ step: 1, failure: null });
});

const FAILURES: [SandboxErrorCode, string, string, boolean][] = [
  ['died', 'sandbox', 'sandbox_died', true],
  ['unresponsive', 'sandbox', 'sandbox_unresponsive', true],
  ['runner_fault', 'sandbox', 'sandbox_fault', true],
  ['image_missing', 'sandbox', 'image_missing', false],
  ['start_failed', 'sandbox', 'sandbox_start_failed', true],
  ['capacity', 'capacity', 'capacity', true],
  ['draining', 'server', 'shutting_down', true],
];

test.each(FAILURES)(
  'a sandbox that is %s ends the episode with class %s, code %s, and no reward',
  async (code, failureClass, name, retryable) => {
    const id = await wire.reset({ reward: 'every_step' });
    fake.failAct = new SandboxError(code, 'It is gone.', { actionMayHaveRun: true });
    expect(await step(id, 'echo gold')).toMatchObject({
      observation: { output: '' },
      reward: null,
      terminated: false,
      truncated: true,
      failure: {
        class: failureClass,
        code: name,
        message: 'It is gone.',
        retryable,
        action_may_have_run: true,
        mask_sample: true,
      },
    });
    expect(fake.plays[0]?.released).toBe(1);
    expect(await wire.error('episode/step', { episode_id: id, action: 'ls' })).toMatchObject({
      data: { name: 'episode_over', reason: 'failure' },
    });
  },
);

test('a fault while grading is a failure of class grading, never a reward', async () => {
  const id = await wire.reset();
  fake.failGrade = new SandboxError('died', 'Gone.');
  expect(await step(id, 'submit')).toMatchObject({
    reward: null,
    terminated: false,
    truncated: true,
    failure: { class: 'grading', code: 'sandbox_died', action_may_have_run: false },
  });
});

test('a fault in episode/evaluate ends the episode, and episode/state reports it', async () => {
  const id = await wire.reset();
  fake.failGrade = new SandboxError('died', 'Gone.');
  const failure = { class: 'grading', code: 'sandbox_died' };
  expect(await wire.result('episode/evaluate', { episode_id: id })).toMatchObject({ reward: null, failure });
  expect(await wire.result('episode/state', { episode_id: id })).toMatchObject({
    status: 'over',
    terminated: false,
    truncated: true,
    failure,
  });
});

test('a fault of the server itself is a failure too, and keeps its secrets', async () => {
  const id = await wire.reset();
  fake.failAct = new TypeError('secret of the code');
  const result = await step(id, 'echo a', 1);
  expect(result).toMatchObject({
    reward: null,
    truncated: true,
    failure: { class: 'server', code: 'internal' },
  });
  expect(JSON.stringify(result)).not.toContain('secret');
});

test.each([
  [new SandboxError('capacity', 'Full.'), 'capacity', -32040],
  [new SandboxError('start_failed', 'No.'), 'sandbox_unavailable', -32041],
  [new SandboxError('draining', 'No.'), 'shutting_down', -32050],
  [new TypeError('secret'), 'internal_error', -32603],
])('a reset that meets %s is answered with %s', async (failure, name, code) => {
  fake.failReset = failure;
  const error = await wire.error('episode/reset', { environment: 'fake-v1' });
  expect(error).toMatchObject({ code, data: { name, retryable: true, mask_sample: true } });
  expect(JSON.stringify(error)).not.toContain('secret');
  expect(server.app.registry.openCount).toBe(0);
});

/** The events of an episode's trajectory. */
function events(id: string): { readonly event: string; readonly reason?: string }[] {
  const text = readFileSync(trajectoryIn(server.trajectories, id), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test.each(['episode/step', 'episode/evaluate'])(
  'an episode that is left in mid-%s ends as disconnected, without a failure',
  async (method) => {
    const id = await wire.reset();
    fake.gradeGate = method === 'episode/evaluate' ? 'never' : undefined;
    const action = method === 'episode/step' ? { action: 'wait never' } : {};
    wire.request(method, { episode_id: id, ...action });
    await fake.reached('never');
    wire.socket.terminate();
    await expect.poll(() => server.app.registry.openCount).toBe(0);
    expect(events(id)).toMatchObject([
      { event: 'reset' },
      { event: 'close', reason: 'disconnect', steps: 0 },
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('outcome="disconnect"} 1');
    expect(metrics).not.toContain('stepwell_failures_total{');
  },
);

test('a step that the shutdown cuts off is no failure', async () => {
  const id = await wire.reset();
  wire.request('episode/step', { episode_id: id, action: 'wait never' });
  await fake.reached('never');
  await server.app.registry.drain(0);
  expect(await wire.answer()).toMatchObject({ error: { data: { name: 'shutting_down' } } });
  expect(events(id)).toMatchObject([{ event: 'reset' }, { event: 'close', reason: 'shutdown', steps: 0 }]);
});
