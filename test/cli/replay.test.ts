import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Difference } from '../../clients/replay/replay-episode.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { stepResult } from '../clients/fake-server.ts';
import { stepwell } from './fake-terminal.ts';
import {
  COMPONENTS,
  GRADED,
  jsonl,
  type Line,
  recorded,
  resetLine,
  sameServer,
  stepLine,
} from './recorded.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-replay-'));
});

afterAll(() => rm(folder, { recursive: true }));

interface Report {
  readonly steps: number;
  readonly differences: Difference[];
  readonly notes: string[];
}

async function replay(text: string, url: string): Promise<Report & { readonly exitCode: number }> {
  const path = join(folder, 'episode.jsonl');
  await writeFile(path, text);
  const { exitCode, printed, complained } = await stepwell(['replay', path, '--json', '--url', url]);
  expect(complained).toBe('');
  const [report] = JSON.parse(printed) as [Report];
  return { ...report, exitCode };
}

/** The recorded lines with one of them changed. */
function altered(index: number, changes: Line): string {
  return jsonl(recorded().map((line, i) => (i === index ? { ...line, ...changes } : line)));
}

test('the same episode is the same, with its options, its seed and its task', async () => {
  await using server = await sameServer();
  const report = await replay(jsonl(recorded()), server.url);
  expect(report).toMatchObject({ exitCode: 0, steps: 2, differences: [], notes: [] });
  const sent = server.requests.map(({ method, params }) => [method, params.action]);
  expect(sent.slice(1, 5)).toEqual([
    ['episode/reset', undefined],
    ['episode/step', 'ls | wc -l'],
    ['episode/evaluate', undefined],
    ['episode/step', { submit: true }],
  ]);
  expect(server.requests[1]?.params).toEqual({
    environment: 'bash-v1',
    dataset: 'builtin',
    max_turns: 9,
    task: 'count-files',
    seed: 77,
  });
});

test('an episode that its time ended is graded at the same place, without the limit', async () => {
  await using server = await sameServer();
  const grade = { reward: 0.67, failure: null, info: { duration_ms: 3, reward_components: COMPONENTS } };
  server.handlers['episode/evaluate'] = () => grade;
  const limited = { ...resetLine(), options: { max_duration_ms: 500 } };
  const { time } = resetLine();
  const end = { event: 'limit', time, after_step: 1, ...grade, info: { ...grade.info, limit: 'time' } };
  const cut = stepLine(1, 'ls | wc -l', '3\n', {
    truncated: true,
    reward: 0.67,
    info: { duration_ms: 3, limit: 'time', reward_components: COMPONENTS },
  });
  for (const lines of [
    [limited, stepLine(1, 'ls | wc -l', '3\n'), end],
    [limited, cut],
  ]) {
    const report = await replay(jsonl(lines), server.url);
    expect(report).toMatchObject({ exitCode: 0, steps: 1, differences: [] });
    expect(report.notes).toContain('recorded with 500 ms for the episode, replayed without a limit');
    server.handlers['episode/evaluate'] = () => ({ ...grade, reward: 0.5 });
    expect((await replay(jsonl(lines), server.url)).differences).toMatchObject([{ field: 'reward' }]);
    server.handlers['episode/evaluate'] = () => grade;
  }
});

test('an incomplete last line is reported, and the other lines are replayed', async () => {
  await using server = await sameServer();
  const text = jsonl(recorded());
  const report = await replay(text.slice(0, -5), server.url);
  expect(report).toMatchObject({ exitCode: 0, steps: 2, differences: [] });
  expect(report.notes).toEqual([expect.stringContaining('incomplete')]);
});

test('a trajectory without an end is reported', async () => {
  await using server = await sameServer();
  const report = await replay(jsonl(recorded().slice(0, 2)), server.url);
  expect(report).toMatchObject({ exitCode: 0, steps: 1, differences: [] });
  expect(report.notes).toEqual([expect.stringContaining('no close event')]);
});

describe('differences', () => {
  const found = (where: string, field: string, was: unknown, is: unknown) => ({
    where,
    field,
    recorded: was,
    replayed: is,
  });

  test('of an observation, field by field', async () => {
    await using server = await sameServer();
    const play = server.handlers['episode/step'];
    server.handlers['episode/step'] = (request, socket) =>
      request.params.step === 1
        ? stepResult(1, '', { observation: { output: '4\n', exit_code: 0, cwd: '/' } })
        : play?.(request, socket);
    const report = await replay(jsonl(recorded()), server.url);
    expect(report.exitCode).toBe(1);
    expect(report.differences).toEqual([
      found('step 1', 'observation.output', '3\n', '4\n'),
      found('step 1', 'observation.cwd', null, '/'),
    ]);
  });

  test('of reward, components, flags and failure', async () => {
    await using server = await sameServer();
    const play = server.handlers['episode/step'];
    const failure = {
      class: 'grading',
      code: 'sandbox_died',
      message: '',
      retryable: true,
      action_may_have_run: false,
    };
    server.handlers['episode/step'] = (request, socket) =>
      request.params.step === 2 ? stepResult(2, '', { truncated: true, failure }) : play?.(request, socket);
    const report = await replay(jsonl(recorded()), server.url);
    expect(report.differences).toEqual([
      found('step 2', 'terminated', true, false),
      found('step 2', 'truncated', false, true),
      found('step 2', 'reward', 1, null),
      ...Object.entries(GRADED.info.reward_components).map(([name, value]) =>
        found('step 2', `info.reward_components.${name}`, value, null),
      ),
      found('step 2', 'failure', null, 'sandbox_died'),
    ]);
  });

  test('of a grade between the steps', async () => {
    await using server = await sameServer();
    server.handlers['episode/evaluate'] = () => ({ reward: 0.5, failure: null, info: { duration_ms: 1 } });
    const report = await replay(jsonl(recorded()), server.url);
    expect(report.differences[0]).toEqual(found('evaluate after step 1', 'reward', 0.67, 0.5));
  });

  test('of the image', async () => {
    await using server = await sameServer();
    const info = { ...(recorded()[0]?.info as Line), image: { name: 'bash', digest: 'sha256:1' } };
    const report = await replay(altered(0, { info }), server.url);
    expect(report.exitCode).toBe(1);
    expect(report.differences).toEqual([found('reset', 'image.digest', 'sha256:1', 'sha256:0')]);
  });

  test('another engine is a note, no difference', async () => {
    await using server = await sameServer();
    const info = { ...(recorded()[0]?.info as Line), engine: 'docker' };
    const report = await replay(altered(0, { info }), server.url);
    expect(report).toMatchObject({ exitCode: 0, differences: [] });
    expect(report.notes).toEqual([expect.stringContaining('recorded on docker')]);
  });

  test('a file that was changed afterwards does not fit its own hashes and counts', async () => {
    await using server = await sameServer();
    const observation = { output: '5\n', exit_code: 0 };
    const changed = await replay(altered(1, { observation }), server.url);
    expect(changed.differences.map(({ where, field }) => `${where} ${field}`)).toEqual([
      'file, step 1 observation_sha256',
      'step 1 observation.output',
    ]);
    const cut = recorded();
    cut.splice(3, 1);
    const shortened = await replay(jsonl(cut), server.url);
    expect(shortened.differences).toEqual([found('file, close', 'steps', 2, 1)]);
  });

  test('an episode that ends sooner is a difference and ends the replay', async () => {
    await using server = await sameServer();
    server.handlers['episode/step'] = () => {
      throw new ProtocolError('episode_over', 'the episode has ended');
    };
    const report = await replay(jsonl(recorded()), server.url);
    expect(report).toMatchObject({ exitCode: 1, steps: 0 });
    expect(report.differences).toEqual([found('step 1', 'episode', 'open', 'over')]);
  });
});

test('many files are one report each, and one difference is enough to fail', async () => {
  await using server = await sameServer();
  const good = join(folder, 'good.jsonl');
  const bad = join(folder, 'bad.jsonl');
  await writeFile(good, jsonl(recorded()));
  await writeFile(
    bad,
    jsonl(recorded().map((line, i) => (i === 1 ? stepLine(1, 'ls | wc -l', '8\n') : line))),
  );
  const { exitCode, printed } = await stepwell(['replay', good, bad, '--url', server.url]);
  expect(exitCode).toBe(1);
  expect(printed).toContain(`${good}: 2 steps replayed, the same\n`);
  expect(printed).toContain(
    `${bad}: 2 steps replayed, 1 difference\n` +
      '  step 1, observation.output\n    recorded "8\\n"\n    replayed "3\\n"\n',
  );
});

test('a refusal by the server is reported without a stack trace', async () => {
  await using server = await sameServer();
  server.handlers['episode/reset'] = () => {
    throw new ProtocolError('dataset_not_found', 'bash-v1 has no dataset builtin');
  };
  const path = join(folder, 'refused.jsonl');
  await writeFile(path, jsonl(recorded()));
  const { exitCode, complained } = await stepwell(['replay', path, '--url', server.url]);
  expect(exitCode).toBe(2);
  expect(complained).toMatch(/^stepwell: bash-v1 has no dataset builtin\. [^\n]*stepwell import[^\n]*\n$/);
});
