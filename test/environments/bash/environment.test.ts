import { describe, expect, it } from 'vitest';
import { BashEnvironment } from '../../../environments/bash/environment.ts';
import type { BashTaskRecord } from '../../../environments/bash/task.ts';
import type { StoredDataset } from '../../../environments/dataset-store.ts';
import { GoldCache } from '../../../environments/gold-cache.ts';
import { createEnvironments } from '../../../environments/registry.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { FakeSource, type Script } from './fake-sandbox.ts';

const record = (id: string, more: Partial<BashTaskRecord> = {}): BashTaskRecord => ({
  id,
  instruction: `Do ${id}.`,
  gold: 'gold command',
  ...more,
});

const DEFAULTS = { stepTimeoutMs: 5000, maxOutputBytes: 65_536 };

function environmentOf(tasks: BashTaskRecord[], source: FakeSource = new FakeSource(), git = false) {
  const definition = { name: 'repo', from: 'bash', gitAtRoot: true };
  const dataset: StoredDataset = {
    name: 'first',
    image: git ? 'repo' : 'bash',
    definition: git ? definition : null,
    tasks,
  };
  const other: StoredDataset = { name: 'other', image: 'bash', definition: null, tasks: [record('x')] };
  const environment = new BashEnvironment({
    sandboxes: source,
    defaults: DEFAULTS,
    datasets: [dataset, other],
    goldCache: new GoldCache(),
    readme: '# r',
  });
  return { environment, source };
}

/** An episode of one task, with the sandbox that it plays in. */
async function play(
  task: BashTaskRecord,
  options: Parameters<BashEnvironment['choose']>[0],
  scripts: { episode?: Script; gold?: Script; git?: boolean } = {},
) {
  const source = new FakeSource(scripts.episode, scripts.gold);
  const { environment } = environmentOf([task], source, scripts.git);
  const episode = await environment.reset(environment.choose(options, 0), options);
  const [sandbox] = source.of('episode');
  if (sandbox === undefined) throw new Error('no sandbox was taken');
  return { environment, episode, sandbox, source };
}

function refusal(attempt: () => unknown): string | undefined {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ProtocolError) return error.error;
    throw error;
  }
  return undefined;
}

describe('choosing a task', () => {
  const tasks = Array.from({ length: 9 }, (_, index) => record(`t${index}`));
  const { environment } = environmentOf(tasks);

  it('goes by index, by id, else by seed', () => {
    expect(environment.choose({ task: 3 }, 1)).toEqual({
      id: 't3',
      index: 3,
      dataset: 'first',
      instruction: 'Do t3.',
      tags: [],
    });
    expect(environment.choose({ task: 't4' }, 1).index).toBe(4);
    const bySeed = Array.from({ length: 9 }, (_, seed) => environment.choose({}, seed).id);
    expect([...bySeed].sort()).toEqual(tasks.map(({ id }) => id));
    expect(environment.choose({}, 4).id).toBe(bySeed[4]);
    expect(environment.choose({ dataset: 'other' }, 7).id).toBe('x');
  });

  it('refuses what is not there', () => {
    expect(refusal(() => environment.choose({ task: 9 }, 0))).toBe('task_not_found');
    expect(refusal(() => environment.choose({ task: 'x' }, 0))).toBe('task_not_found');
    expect(refusal(() => environment.choose({ dataset: 'nope' }, 0))).toBe('dataset_not_found');
    expect(refusal(() => environment.tasks('first', 'train'))).toBe('dataset_not_found');
  });
});

describe('the environments of a server', () => {
  it('have the built-in tasks first, then the datasets given', () => {
    const dataset: StoredDataset = { name: 'mine', image: 'bash', definition: null, tasks: [record('a')] };
    const environments = createEnvironments({
      sandboxes: new FakeSource(),
      defaults: DEFAULTS,
      datasets: [dataset],
    });
    const bash = environments.get('bash-v1');
    expect(bash?.info.datasets.map(({ name }) => name)).toEqual(['built-in', 'mine']);
    expect(bash?.tasks(undefined, undefined).length).toBeGreaterThanOrEqual(40);
    expect(bash?.readme).toContain('bash-v1');
    expect(() =>
      createEnvironments({
        sandboxes: new FakeSource(),
        defaults: DEFAULTS,
        datasets: [{ ...dataset, name: 'built-in' }],
      }),
    ).toThrow(/built-in/);
  });
});

describe('the start state', () => {
  it('costs no request for a task without files of its own', async () => {
    const { sandbox, episode } = await play(record('a'), {});
    expect(sandbox.calls).toEqual([]);
    expect(episode.initial.observation.output).toBe('Do a.');
  });

  it('is files, directory, setup, and then the mark', async () => {
    const files = [
      { path: '/w/a', content: 'x', mode: '0600' },
      { path: '/w/b', content_base64: 'AAE=' },
    ];
    const { sandbox } = await play(record('a', { files, cwd: "/it's", setup: 'touch s' }), {});
    expect(sandbox.calls).toEqual(['put', 'run', 'run', 'run', 'mark']);
    expect(sandbox.files).toEqual([
      { path: '/w/a', type: 'file', content: 'x', mode: 0o600, mtime: 1_704_067_200 },
      { path: '/w/b', type: 'file', content: Buffer.from([0, 1]), mtime: 1_704_067_200 },
    ]);
    expect(sandbox.runs[0]?.code).toContain("cd -- '/it'\\''s'");
    expect(sandbox.runs[1]?.code).toBe('touch s');
  });

  it('gives the sandbox back where the setup fails', async () => {
    const source = new FakeSource({ run: () => ({ exitCode: 1, output: 'no space' }) });
    const { environment } = environmentOf([record('a', { setup: 'false' })], source);
    const task = environment.choose({ task: 0 }, 0);
    await expect(environment.reset(task, {})).rejects.toMatchObject({ code: 'runner_fault' });
    expect(source.of('episode')[0]?.calls.at(-1)).toBe('release');
  });
});

describe('native semantics', () => {
  it('shows output, status and directory, and what was cut', async () => {
    const { episode, sandbox } = await play(
      record('a'),
      { idle_timeout_ms: 70, max_output_bytes: 300 },
      {
        episode: {
          run: () => ({
            output: 'ab',
            exitCode: 130,
            timedOut: true,
            timeout: 'idle',
            truncatedBytes: 5,
            truncatedAt: 1,
            cwd: '/w',
            sessionRestarted: true,
          }),
        },
      },
    );
    const { observation } = await episode.act({ code: 'c', stdin: 's', timeout_ms: 40 });
    expect(sandbox.runs[0]).toEqual({
      code: 'c',
      stdin: 's',
      timeoutMs: 40,
      idleTimeoutMs: 70,
      maxOutputBytes: 300,
    });
    expect(observation).toEqual({
      output: 'a\n[… 5 bytes of output not shown …]\nb',
      exit_code: 130,
      timed_out: true,
      truncated_bytes: 5,
      cwd: '/w',
      timeout: 'idle',
      session_restarted: true,
    });
  });

  it('looks at the files with the agent halted, and lets it go on', async () => {
    const { episode, sandbox } = await play(record('a'), {});
    await episode.grade({ final: false });
    expect(sandbox.calls).toEqual(['stop', 'diff', 'resume']);
    await episode.grade({ final: true });
    expect(sandbox.calls.slice(3)).toEqual(['kill', 'diff']);
  });

  it('compares the last output that says something, or the answer, with an untouched run of the gold', async () => {
    let output = '42\n';
    const { episode, source } = await play(
      record('a'),
      {},
      {
        episode: { run: () => ({ output }) },
        gold: { run: () => ({ output: '42' }) },
      },
    );
    await episode.act({ code: 'c' });
    output = ' \n';
    await episode.act({ code: 'c' });
    expect((await episode.grade({ final: false })).reward).toBe(1);
    expect((await episode.grade({ answer: '41', final: true })).reward).toBeLessThan(1);
    const [gold, ...more] = source.of('grading');
    expect(more).toEqual([]);
    expect(gold?.calls).toEqual(['run', 'kill', 'diff', 'release']);
    expect(gold?.runs[0]?.code).toBe('gold command');
  });

  it('has no reward, but a fault, where the gold does not end', async () => {
    const { episode } = await play(record('a'), {}, { gold: { run: () => ({ timedOut: true }) } });
    await expect(episode.grade({ final: true })).rejects.toMatchObject({ code: 'unresponsive' });
  });
});

describe('InterCode semantics', () => {
  const intercode = { semantics: 'intercode' } as const;

  it('remembers a change of directory that worked', async () => {
    let exitCode = 1;
    const { episode, sandbox } = await play(record('a'), intercode, {
      episode: { run: () => ({ exitCode }) },
    });
    expect(await episode.act({ code: 'cd /a' })).toMatchObject({
      observation: { cwd: '/', exit_code: 1 },
      info: { action_executed: false },
    });
    exitCode = 0;
    expect(await episode.act({ code: 'cd b' })).toMatchObject({
      observation: { cwd: '/b' },
      info: { action_executed: true },
    });
    await episode.act({ code: 'ls' });
    expect(sandbox.runs[2]?.code).toContain("cd -- '/b'");
    expect(sandbox.runs[2]?.timeoutMs).toBe(10_000);
  });

  it('answers for what it does not run, what takes too long and what is no text', async () => {
    const { episode, sandbox } = await play(record('a'), intercode, {
      episode: {
        run: ({ code }) => (code.includes('sleep') ? { timedOut: true } : { output: Buffer.from([0xff]) }),
      },
    });
    expect((await episode.act({ code: 'echo "' })).observation).toMatchObject({
      output: 'Malformed command',
      timed_out: false,
    });
    expect(sandbox.runs).toEqual([]);
    expect(await episode.act({ code: 'sleep 99' })).toMatchObject({
      observation: { output: 'Command timed out', timed_out: true },
      info: { action_executed: false },
    });
    expect((await episode.act({ code: 'printf' })).observation.output).toBe('Malformed command');
  });

  it('grades by git and checksums of the image, with a gold container that is reset after its first use', async () => {
    const files = (status: string): Script => ({
      run: () => ({ output: 'same words' }),
      inspect: ({ argv }) => (argv.includes('status') ? status : 'sum'),
    });
    const { episode, sandbox, source } = await play(record('a'), intercode, {
      episode: files('?? f\n?? own\n'),
      gold: files('?? f\n'),
      git: true,
    });
    await episode.act({ code: 'x' });
    sandbox.calls.length = 0;
    const grade = await episode.grade({ final: false });
    expect(grade.components).toEqual({ file_diff: 0.05, file_changes: 0.33, answer_similarity: 0.33 });
    expect(grade.reward).toBeCloseTo(0.72, 10);
    expect(sandbox.calls).toEqual(['stop', 'inspect --short', 'inspect f', 'resume']);
    await episode.grade({ final: false });
    await episode.grade({ final: true });
    const golds = source
      .of('grading')
      .map(({ runs }) => runs.filter(({ code }) => code.includes('gold')).length);
    expect(golds).toEqual([1, 2]);
  });

  it('has no reward, and no fault, for files that InterCode cannot read', async () => {
    const { episode } = await play(record('a'), intercode, {
      episode: { inspect: () => '?? "a b"' },
      git: true,
    });
    expect(await episode.grade({ final: true })).toMatchObject({ reward: null, components: {} });
  });

  it('takes the instruction for the answer of an agent that did nothing', async () => {
    const { episode } = await play(record('a', { instruction: 'some words' }), intercode, {
      gold: { run: () => ({ output: 'words some' }) },
    });
    expect((await episode.grade({ final: true })).reward).toBe(1);
  });

  it('compares layers where / is no repository', async () => {
    const change = (path: string) =>
      ({ path, kind: 'added', type: 'file', mode: 0o644, size: 1, sha256: 'a' }) as const;
    const { episode } = await play(record('a', { instruction: '' }), intercode, {
      episode: { diff: () => [change('/w/a b'), change('/usr/x')] },
      gold: { diff: () => [change('/w/a b')] },
    });
    expect((await episode.grade({ final: true })).reward).toBe(1);
  });
});
