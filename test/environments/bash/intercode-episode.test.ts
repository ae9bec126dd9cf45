import { describe, expect, it } from 'vitest';
import { FakeSource, layerChange, type Script } from '../fake-sandbox.ts';
import { environmentOf, play, record } from './play.ts';

describe('InterCode semantics', () => {
  const intercode = { semantics: 'intercode' } as const;

  it('remembers a change of directory that worked', async () => {
    let exitCode = 1;
    const { episode, sandbox } = await play(record('a'), intercode, {
      episode: { exec: () => ({ exitCode }) },
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
    expect(sandbox.execs[2]?.argv).toContain('/b');
    expect(sandbox.execs[2]?.timeoutMs).toBe(10_000);
  });

  it('answers for what it does not run, what takes too long and what is no text', async () => {
    const { episode, sandbox } = await play(record('a'), intercode, {
      episode: {
        exec: ({ argv }) =>
          argv.includes('sleep 99') ? { timedOut: true } : { output: Buffer.from([0xff]) },
      },
    });
    expect((await episode.act({ code: 'echo "' })).observation).toMatchObject({
      output: 'Malformed command',
      timed_out: false,
    });
    expect(sandbox.execs).toEqual([]);
    expect(await episode.act({ code: 'sleep 99' })).toMatchObject({
      observation: { output: 'Command timed out', timed_out: true },
      info: { action_executed: false },
    });
    expect((await episode.act({ code: 'printf' })).observation.output).toBe('Malformed command');
  });

  it('grades by git and checksums of the image, with a gold container that is reset after its first use', async () => {
    const files = (status: string): Script => ({
      exec: () => ({ output: 'same words' }),
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
    expect(sandbox.calls).toEqual(['stop', expect.stringMatching(/^inspect --/), 'checksums f', 'resume']);
    await episode.grade({ final: false });
    await episode.grade({ final: true });
    const golds = source
      .of('grading')
      .map(({ execs }) => execs.filter(({ argv }) => argv.some((word) => word.includes('gold'))).length);
    expect(golds).toEqual([1, 2]);
  });

  it('has no reward, and no fault, for a gold whose files InterCode cannot read', async () => {
    const { episode } = await play(record('a'), intercode, {
      gold: { inspect: () => '?? "a b"' },
      git: true,
    });
    expect(await episode.grade({ final: true })).toMatchObject({
      reward: null,
      components: {},
      info: { ungraded: expect.stringContaining('gold') },
    });
  });

  it('has no reward, and no fault, for a gold that never ends', async () => {
    const { episode } = await play(record('a'), intercode, { gold: { exec: () => ({ timedOut: true }) } });
    expect(await episode.grade({ final: true })).toMatchObject({
      reward: null,
      info: { ungraded: expect.stringContaining('did not end') },
    });
  });

  it.each<[string, Script]>([
    ['InterCode cannot read', { inspect: () => '?? "a b"' }],
    ['are too many to tell', { inspected: () => ({ truncatedBytes: 5 }) }],
    ['keep git from ending', { inspected: () => ({ timedOut: true }) }],
    ['have git killed', { inspected: () => ({ exitCode: 137 }) }],
    ['leave no room for git', { refuse: (op) => (op === 'inspect' ? 'exhausted' : null) }],
  ])('gives no more than to one that did nothing to an agent whose files %s', async (_, script) => {
    const task = record('a', { instruction: 'words' });
    const gold = { exec: () => ({ output: 'words' }) };
    const idle = await play(task, intercode, { gold, git: true });
    const { reward: nothing } = await idle.episode.grade({ final: true });
    const { episode } = await play(task, intercode, { episode: script, gold, git: true });
    const grade = await episode.grade({ final: true });
    expect(grade).toMatchObject({ success: false, info: { files_unreadable: true } });
    expect(grade.components).toEqual({ file_diff: 0, file_changes: 0, answer_similarity: 0.33 });
    expect(grade.reward).toBeLessThanOrEqual(nothing ?? 0);
  });

  it.each([
    ['ran out of time: asks it once more', { timedOut: true }, 2],
    ['was killed: asks it once more', { exitCode: 137 }, 2],
    ['reported an error: takes that as the status', { exitCode: 128 }, 1],
  ])('when git %s', async (_, first, looks) => {
    let asked = 0;
    const { episode, sandbox } = await play(record('a'), intercode, {
      episode: { inspected: () => (++asked === 1 ? first : {}) },
      git: true,
    });
    expect((await episode.grade({ final: true })).info).toBeUndefined();
    expect(sandbox.calls.filter((call) => call.startsWith('inspect'))).toHaveLength(looks);
  });

  it('answers for an action that is too long for a program as the sandbox does', async () => {
    const { episode, sandbox } = await play(record('a'), intercode, {});
    expect(await episode.act({ code: 'a '.repeat(7_000_000) })).toMatchObject({
      observation: {
        output: "OSError: [Errno 7] Argument list too long: '/bin/bash'\n",
        exit_code: 127,
        timed_out: false,
        truncated_bytes: 0,
      },
      info: { action_executed: false },
    });
    expect(sandbox.execs).toHaveLength(0);
  });

  it('observes that nothing can be started where the agent left no room, and goes on', async () => {
    let crowded = true;
    const { episode } = await play(record('a'), intercode, {
      episode: { refuse: (op) => (op === 'exec' && crowded ? 'exhausted' : null) },
    });
    expect(await episode.act({ code: 'ls' })).toMatchObject({
      observation: { output: expect.stringContaining('unable to start'), exit_code: 126, timed_out: false },
      info: { action_executed: false },
    });
    crowded = false;
    expect(await episode.act({ code: 'ls' })).toMatchObject({ info: { action_executed: true } });
    expect((await episode.grade({ final: true })).reward).not.toBeNull();
  });

  it('is refused over a repository where there are no layers to look into', async () => {
    const source = new FakeSource();
    source.isolation = 'replace';
    const { environment } = environmentOf([record('a')], source, { git: true });
    const chosen = environment.choose({ task: 0, ...intercode }, 0);
    await expect(chosen.begin()).rejects.toMatchObject({ error: 'unsupported' });
    expect(source.of('episode')[0]?.calls).toEqual(['release']);
  });

  it('takes the instruction for the answer of an agent that did nothing', async () => {
    const { episode } = await play(record('a', { instruction: 'some words' }), intercode, {
      gold: { exec: () => ({ output: 'words some' }) },
    });
    expect((await episode.grade({ final: true })).reward).toBe(1);
  });

  it('compares layers where / is no repository', async () => {
    // Git would not see it.
    const attributes = layerChange('/w/c', { kind: 'attributes_changed', attributes: 'b' });
    const { episode } = await play(record('a', { instruction: '' }), intercode, {
      episode: { diff: () => [layerChange('/w/a b'), layerChange('/usr/x'), attributes] },
      gold: { diff: () => [layerChange('/w/a b')] },
    });
    expect((await episode.grade({ final: true })).reward).toBe(1);
  });
});
