import { describe, expect, it } from 'vitest';
import type { Script } from '../fake-sandbox.ts';
import { play, record } from './play.ts';

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
    expect(sandbox.calls).toEqual(['stop', expect.stringMatching(/^inspect --/), 'inspect f', 'resume']);
    await episode.grade({ final: false });
    await episode.grade({ final: true });
    const golds = source
      .of('grading')
      .map(({ execs }) => execs.filter(({ argv }) => argv.some((word) => word.includes('gold'))).length);
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
      gold: { exec: () => ({ output: 'words some' }) },
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
