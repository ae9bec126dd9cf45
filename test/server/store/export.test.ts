import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExportFormat } from '../../../protocol/operator.ts';
import { exported } from '../../../server/store/export/formats.ts';
import { TrajectoryStore } from '../../../server/store/store.ts';
import { jsonl, type Line, resetLine, stepLine } from '../../cli/recorded.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let store: TrajectoryStore;
const folder = temporaryFolder();

beforeEach(() => {
  store = new TrajectoryStore(folder());
});

afterEach(() => store.close());

/** An episode of these actions, the last one graded. */
function write(
  id: string,
  actions: readonly unknown[],
  reward: number | null,
  more: readonly Line[] = [],
): void {
  const day = join(folder(), '2026-01-01');
  mkdirSync(day, { recursive: true });
  const steps = actions.map((action, at) =>
    stepLine(at + 1, action, `output ${at + 1}`, {
      ...(at === actions.length - 1 ? { reward, info: { duration_ms: 1, success: reward === 1 } } : {}),
    }),
  );
  writeFileSync(join(day, `${id}.jsonl`), jsonl([{ ...resetLine(), episode_id: id }, ...steps, ...more]));
}

async function whole(format: ExportFormat, filter = {}): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of exported(format, store, filter)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

const lines = async (format: ExportFormat, filter = {}) =>
  (await whole(format, filter))
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('an export', () => {
  it('for fine-tuning is a conversation that ends with the last action', async () => {
    write('a', ['ls', { code: 'wc -l', stdin: 'x' }, { submit: true, answer: '3' }], 1);
    write('b', ['rm -r /'], 0);
    const found = await lines('sft', { reward: '>=0.9' });
    expect(found).toEqual([
      {
        messages: [
          { role: 'user', content: 'Count the files.' },
          { role: 'assistant', content: 'ls' },
          { role: 'user', content: 'output 1' },
          { role: 'assistant', content: 'wc -l' },
          { role: 'user', content: 'output 2' },
          { role: 'assistant', content: 'submit 3' },
        ],
        ...{ episode_id: 'a', environment: 'bash-v1', dataset: 'builtin', task: 'count-files' },
        ...{ seed: 77, reward: 1, success: true, tags: [] },
      },
    ]);
  });

  it('leaves out steps that were taken back, and episodes that a failure ended', async () => {
    const undo = { how: 'copy', exact: true, not_carried: [] };
    write('a', ['wrong', 'also wrong'], null, [
      { event: 'undo', time: '2026-01-01T00:00:01.000Z', steps: 2, to_step: 0, ...undo },
      stepLine(1, 'right', 'ok'),
    ]);
    const failure = {
      class: 'sandbox',
      code: 'sandbox_died',
      message: '',
      retryable: true,
      action_may_have_run: true,
    };
    write('b', ['ls'], null, [stepLine(2, 'ls', '', { failure, truncated: true })]);
    const found = await lines('sft');
    expect(found.map(({ episode_id }) => episode_id)).toEqual(['a']);
    expect(found[0].messages.at(-1)).toEqual({ role: 'assistant', content: 'right' });
  });

  it('for preferences pairs the best with the worst of each task, after what they have in common', async () => {
    write('best', ['ls', 'good', { submit: true }], 1);
    write('middle', ['ls', 'fair', { submit: true }], 0.5);
    write('worst', ['ls', 'bad', { submit: true }], 0);
    write('none', ['ls'], null);
    const found = await lines('dpo');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      prompt: [
        { role: 'user', content: 'Count the files.' },
        { role: 'assistant', content: 'ls' },
        { role: 'user', content: 'output 1' },
      ],
      chosen: [{ role: 'assistant', content: 'good' }, { role: 'user' }, { content: 'submit' }],
      rejected: [{ role: 'assistant', content: 'bad' }, { role: 'user' }, { content: 'submit' }],
      ...{ chosen_reward: 1, rejected_reward: 0, chosen_episode: 'best', rejected_episode: 'worst' },
    });
  });

  it('has no pair of equal rewards', async () => {
    write('a', ['x'], 0.5);
    write('b', ['y'], 0.5);
    expect(await lines('dpo')).toEqual([]);
  });

  it('as a matrix says which tests each solution passes', async () => {
    const explained = (a: boolean, b: boolean): Line => ({
      event: 'explanation',
      time: '2026-01-01T00:00:01.000Z',
      after_step: 1,
      explanation: {
        kind: 'tests',
        components: [],
        notes: [],
        tests: [
          { name: 'b', call: 'f()', passed: b },
          { name: 'a', call: 'f()', passed: a },
        ],
      },
    });
    write('x', ['def f(): ...'], 1, [explained(true, true)]);
    write('y', ['def f(): pass', 'submit'], 0.5, [explained(false, true)]);
    write('untested', ['ls'], null);
    expect(await lines('matrix')).toEqual([
      {
        ...{ environment: 'bash-v1', dataset: 'builtin', task: 'count-files', tests: ['a', 'b'] },
        solutions: [
          { episode_id: 'x', reward: 1, actions: ['def f(): ...'] },
          { episode_id: 'y', reward: 0.5, actions: ['def f(): pass', 'submit'] },
        ],
        passed: [
          [true, false],
          [true, true],
        ],
      },
    ]);
  });

  it('in ATIF has a step for the instruction, and one with a tool call for each action', async () => {
    write('a', ['ls', { submit: true }], 1);
    const [found] = await lines('atif');
    expect(found).toMatchObject({
      schema_version: 'ATIF-v1.7',
      session_id: 'a',
      agent: { name: 'stepwell' },
      steps: [
        { step_id: 1, source: 'user', message: 'Count the files.' },
        {
          step_id: 2,
          source: 'agent',
          message: 'ls',
          tool_calls: [{ tool_call_id: 'call_2', function_name: 'run', arguments: { code: 'ls' } }],
          observation: { results: [{ source_call_id: 'call_2', content: 'output 1' }] },
        },
        { step_id: 3, tool_calls: [{ function_name: 'submit' }], extra: { reward: 1 } },
      ],
      final_metrics: { total_steps: 3, extra: { reward: 1 } },
    });
  });

  it('as CSV has a line for each episode, and no formula', async () => {
    write('a', ['ls'], 0.5);
    write('b', ['ls'], null);
    const text = (await whole('csv')).toString();
    const [header = '', ...rows] = text.trimEnd().split('\r\n');
    expect(header.split(',').slice(0, 3)).toEqual(['path', 'episode_id', 'environment']);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('count-files,0,77,,2026-01-01T00:00:00.000Z,,1,0,0.5,0.5,false,');
    const odd = {
      ...resetLine(),
      episode_id: '=1+1',
      task: { ...(resetLine().task as object), id: 'a,"b"' },
    };
    writeFileSync(join(folder(), 'odd.jsonl'), jsonl([odd]));
    await store.update();
    expect((await whole('csv')).toString()).toContain(`'=1+1,bash-v1,builtin,"a,""b""",`);
  });

  it('as Parquet has the same columns, with the conversations', async () => {
    write('a', ['ls', 'pwd'], 0.5);
    write('b', ['ls'], null);
    const { parquetReadObjects } = await import('hyparquet');
    const file = await whole('parquet');
    const buffer = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
    const rows = await parquetReadObjects({ file: buffer });
    expect(rows).toMatchObject([
      { episode_id: 'a', reward: 0.5, steps: 2, success: false },
      { episode_id: 'b', reward: null, success: null },
    ]);
    expect(JSON.parse(String(rows[0]?.messages))).toHaveLength(4);
    expect(file.subarray(0, 4).toString()).toBe('PAR1');
  });

  it.each(['parquet', 'csv', 'sft', 'dpo', 'matrix', 'atif'] as const)(
    'of nothing as %s is empty',
    async (format) => {
      const file = await whole(format);
      if (format === 'parquet') expect(file.subarray(0, 4).toString()).toBe('PAR1');
      else expect(file.toString().split('\n').length).toBeLessThanOrEqual(2);
    },
  );
});
