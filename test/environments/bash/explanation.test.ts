import { describe, expect, it } from 'vitest';
import type { LayerChange } from '../../../docker/sandbox.ts';
import { explainedIntercode } from '../../../environments/bash/intercode-explanation.ts';
import { intercodeReward } from '../../../environments/bash/intercode-reward.ts';
import { layerChange as change } from '../fake-sandbox.ts';
import { play, record } from './play.ts';

/** What the operator is told of an episode with these outputs and changes. */
async function explained(
  ours: { output: string; changes: LayerChange[]; content?: string },
  gold: { output: string; changes: LayerChange[]; content?: string },
  final = true,
) {
  const script = ({ changes, content, output }: typeof ours) => ({
    run: () => ({ output }),
    diff: () => changes,
    content: () => content,
  });
  const { episode, sandbox } = await play(record('a'), {}, { episode: script(ours), gold: script(gold) });
  await episode.act({ code: 'x' });
  const grade = await episode.grade({ final });
  return { grade, explanation: await grade.explain?.(), sandbox };
}

describe('the explanation of a native reward', () => {
  const FILE = change('/work/a', { kind: 'modified', sha256: '11', size: 8 });

  it('names the paths that differ, and how', async () => {
    const { explanation } = await explained(
      {
        output: '',
        changes: [
          { ...FILE, sha256: '22' },
          change('/work/b', { kind: 'deleted', sha256: null }),
          change('/work/mode', { mode: 0o600 }),
          change('/work/link', { type: 'symlink', sha256: 'ab' }),
          change('/work/same'),
          change('/work/extra'),
          change('/tmp/scratch'),
        ],
        content: 'one\n2\n',
      },
      {
        output: '',
        changes: [
          FILE,
          change('/work/b', { kind: 'modified' }),
          change('/work/mode'),
          change('/work/link', { type: 'symlink', sha256: 'cd' }),
          change('/work/same'),
          change('/work/gone'),
        ],
        content: 'one\ntwo\n',
      },
    );
    expect(explanation?.kind).toBe('files');
    expect(explanation?.paths).toEqual([
      { path: '/work/a', difference: 'content', diff: expect.stringContaining('-two\n+2\n') },
      { path: '/work/b', difference: 'kind', note: 'the gold changes its content, the agent deletes it' },
      { path: '/work/mode', difference: 'mode', note: '0600, not 0644' },
      { path: '/work/link', difference: 'target' },
      { path: '/work/gone', difference: 'missing', note: 'the gold adds it' },
      { path: '/work/extra', difference: 'added', note: 'only the agent adds it' },
    ]);
    expect(explanation?.components).toMatchObject([
      { name: 'file_diff', made_of: expect.stringContaining('4 of the 6 paths') },
      { name: 'file_changes', made_of: expect.stringContaining('1 of the 6 paths') },
      { name: 'answer_similarity', value: 0 },
      { name: 'unwanted_changes', made_of: expect.stringContaining('1 paths') },
    ]);
  });

  it('has the components of the reward, and the answers side by side', async () => {
    const { explanation, grade } = await explained(
      { output: '42 files\n', changes: [] },
      { output: '43 files\n', changes: [] },
    );
    expect(explanation?.answer).toEqual({ expected: '43 files', given: '42 files', first_difference: 1 });
    const parts = explanation?.components.map(({ name, value }) => [name, value]);
    expect(Object.fromEntries(parts ?? [])).toEqual(grade.components);
  });

  it('reads no file of an agent that goes on', async () => {
    const { explanation, sandbox } = await explained(
      { output: '', changes: [{ ...FILE, sha256: '22' }], content: 'b' },
      { output: '', changes: [FILE], content: 'a' },
      false,
    );
    expect(explanation?.paths).toEqual([{ path: '/work/a', difference: 'content' }]);
    expect(sandbox.calls).toEqual(['run', 'stop', 'diff', 'resume']);
  });

  it('says that everything agrees', async () => {
    const same = { output: 'x', changes: [change('/a')] };
    const { explanation } = await explained(same, same);
    expect(explanation).toMatchObject({ paths: [], notes: ['Everything agrees with the gold.'] });
  });

  it('is made even if a file cannot be read', async () => {
    const { explanation } = await explained(
      { output: '', changes: [{ ...FILE, sha256: '22' }] },
      { output: '', changes: [FILE], content: 'a' },
    );
    expect(explanation?.paths).toMatchObject([{ path: '/work/a', difference: 'content' }]);
  });
});

it('the explanation of a reward of InterCode shows status, contents and both outputs', () => {
  const gold = {
    output: 'three files',
    status: '?? new M changed ?? other',
    checksums: new Map([
      ['new', 'a'],
      ['other', 'b'],
    ]),
  };
  const agent = {
    output: 'two files',
    status: '?? new ?? other ?? extra',
    checksums: new Map([
      ['new', 'a'],
      ['other', 'c'],
    ]),
  };
  const graded = intercodeReward(agent, gold);
  if (graded === null) throw new Error('it is not graded');
  const explanation = explainedIntercode(agent, gold, graded);
  expect(explanation.paths).toEqual([
    { path: 'changed', difference: 'missing', note: 'only the gold has "M"' },
    { path: 'other', difference: 'content' },
    { path: 'extra', difference: 'added', note: 'only the agent has "??"' },
  ]);
  expect(explanation.answer).toEqual({ expected: 'three files', given: 'two files', first_difference: 1 });
  const sum = explanation.components.reduce((total, { value }) => total + value, 0);
  expect(sum).toBeCloseTo(graded.reward, 9);
});
