import { appendFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INDEX_FILE, TrajectoryStore } from '../../../server/store/store.ts';
import { GRADED, jsonl, type Line, resetLine, stepLine } from '../../cli/recorded.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let folder: string;
const stores: TrajectoryStore[] = [];
const there = temporaryFolder();

beforeEach(() => {
  folder = there();
});

afterEach(() => {
  for (const store of stores.splice(0)) store.close();
});

function opened(): TrajectoryStore {
  const store = new TrajectoryStore(folder, () => Date.parse('2026-01-10T00:00:00Z'));
  stores.push(store);
  return store;
}

function write(path: string, lines: readonly Line[]): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), jsonl(lines));
}

interface Played {
  readonly id: string;
  readonly reward?: number | null;
  readonly more?: Line;
  readonly options?: Line;
  readonly time?: string;
  readonly close?: boolean;
}

/** An episode of one failed command, and a submit with a reward. */
function episode({ id, reward = 1, more = {}, options = {}, time, close = true }: Played): Line[] {
  const at = time === undefined ? {} : { time };
  const lines = [
    { ...resetLine(), episode_id: id, options, ...at, ...more },
    stepLine(1, 'false', '', { observation: { output: '', exit_code: 1 } }),
    stepLine(2, { submit: true }, '', {
      ...GRADED,
      reward,
      info: { duration_ms: 3, grade_ms: 7, success: reward === 1 },
    }),
    ...(close ? [{ event: 'close', time: '2026-01-05T00:00:02.000Z', reason: 'terminated', steps: 2 }] : []),
  ];
  return lines.map((line) => (time === undefined || line.event === 'close' ? line : { ...line, time }));
}

const idsOf = async (store: TrajectoryStore, filter = {}): Promise<string[]> =>
  (await store.list({ ...filter, order: 'oldest' })).trajectories.map(({ episode_id }) => episode_id);

describe('the trajectory store', () => {
  it('sums up a trajectory', async () => {
    write('2026-01-05/a.jsonl', episode({ id: 'a', reward: 0.5, time: '2026-01-05T00:00:00.000Z' }));
    const { trajectories, total, next_cursor } = await opened().list({});
    expect({ total, next_cursor }).toEqual({ total: 1, next_cursor: null });
    expect(trajectories).toEqual([
      {
        path: '2026-01-05/a.jsonl',
        ...{
          episode_id: 'a',
          environment: 'bash-v1',
          dataset: 'builtin',
          task: 'count-files',
          task_index: 0,
        },
        ...{ seed: 77, tags: [], begun: '2026-01-05T00:00:00.000Z', last: '2026-01-05T00:00:02.000Z' },
        ...{ end: 'terminated', steps: 2, errors: 1, reward: 0.5, best_reward: 0.5, success: false },
        ...{
          failure: null,
          limit: null,
          duration_ms: 2000,
          step_ms: expect.closeTo(3.1),
          grade_ms: 7,
          fork_of: null,
        },
        bytes: expect.any(Number),
      },
    ]);
  });

  it.each([
    ['reward', { reward: '<0.5' }, ['low']],
    ['no reward', { reward: 'none' }, ['broken']],
    ['equal reward', { reward: '=0.5' }, ['half']],
    ['success', { success: true }, ['full']],
    ['no success', { success: false }, ['low', 'half', 'broken']],
    ['tag', { tag: 'run-7' }, ['half', 'full']],
    ['two conditions', { tag: 'run-7', reward: '>=0.9' }, ['full']],
    ['environment', { environment: 'sql-v1' }, ['low']],
    ['task', { task: 'other' }, ['broken']],
    ['failure', { failure: true }, ['broken']],
    ['a failure by its code', { failure: 'sandbox_died' }, ['broken']],
    ['another failure', { failure: 'else' }, []],
    ['a day', { since: '2026-01-02', until: '2026-01-03' }, ['half', 'full']],
    ['a time', { since: '2026-01-03T12:00' }, ['broken']],
    ['how long ago', { since: '7d' }, ['full', 'broken']],
    ['open', { open: true }, ['low']],
  ])('filters by %s', async (_name, filter, expected) => {
    const failure = {
      class: 'sandbox',
      code: 'sandbox_died',
      retryable: true,
      message: 'gone',
      action_may_have_run: true,
    };
    write(
      'low.jsonl',
      episode({
        id: 'low',
        reward: 0.2,
        time: '2026-01-01T00:00:00.000Z',
        more: { environment: 'sql-v1' },
        close: false,
      }),
    );
    write(
      '2026-01-02/half.jsonl',
      episode({
        id: 'half',
        reward: 0.5,
        time: '2026-01-02T00:00:00.000Z',
        options: { tags: ['run-7', 'b'] },
      }),
    );
    write(
      '2026-01-03/full.jsonl',
      episode({ id: 'full', time: '2026-01-03T00:00:00.000Z', options: { tags: ['run-7'] } }),
    );
    const reset = { ...resetLine(), episode_id: 'broken', time: '2026-01-04T00:00:00.000Z' };
    write('2026-01-04/broken.jsonl', [
      { ...reset, task: { id: 'other', index: 1, dataset: 'builtin', instruction: '' } },
      stepLine(1, 'ls', '', { failure, truncated: true }),
      { event: 'close', time: '2026-01-04T00:00:01.000Z', reason: 'failure', steps: 1 },
    ]);
    expect(await idsOf(opened(), filter)).toEqual(expected);
  });

  it('lists in pages', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e'])
      write(`${id}.jsonl`, episode({ id, reward: id === 'c' ? 0 : 1 }));
    const store = opened();
    for (const order of ['newest', 'oldest', 'reward'] as const) {
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await store.list({ order, limit: 2, cursor });
        expect(page.total).toBe(5);
        found.push(...page.trajectories.map(({ episode_id }) => episode_id));
        if (page.next_cursor === null) break;
        cursor = page.next_cursor;
      }
      const sorted = { newest: 'edcba', oldest: 'abcde', reward: 'cabde' }[order];
      expect(found.join('')).toBe(sorted);
    }
    await expect(store.list({ cursor: 'bm9uZQ' })).rejects.toMatchObject({ error: 'invalid_params' });
  });

  it('finds files that are new, have grown, or are gone', async () => {
    write('a.jsonl', episode({ id: 'a', close: false }));
    const store = opened();
    expect((await store.list({})).trajectories).toMatchObject([{ end: null, steps: 2 }]);
    appendFileSync(
      join(folder, 'a.jsonl'),
      jsonl([
        {
          event: 'undo',
          time: '2026-01-01T00:00:01.000Z',
          steps: 1,
          to_step: 1,
          how: 'copy',
          exact: true,
          not_carried: [],
        },
        stepLine(2, 'true', ''),
        stepLine(3, 'true', ''),
        { event: 'close', time: '2026-01-01T00:00:02.000Z', reason: 'client', steps: 3 },
      ]),
    );
    write('2026-01-02/b.jsonl', episode({ id: 'b' }));
    await store.update();
    expect((await store.list({ order: 'oldest' })).trajectories).toMatchObject([
      { episode_id: 'b' },
      { episode_id: 'a', end: 'client', steps: 3, errors: 1, reward: null },
    ]);
    rmSync(join(folder, '2026-01-02'), { recursive: true });
    await store.update();
    expect(await idsOf(store)).toEqual(['a']);
  });

  it('leaves out a last line that is not complete', async () => {
    write('a.jsonl', episode({ id: 'a', close: false }));
    appendFileSync(join(folder, 'a.jsonl'), '{"event":"close","ti');
    expect((await opened().list({})).trajectories).toMatchObject([{ end: null, steps: 2 }]);
  });

  it.each(['lost', 'damaged', 'of another version'])('builds an index that is %s anew', async (how) => {
    write('a.jsonl', episode({ id: 'a' }));
    const first = opened();
    expect(await idsOf(first)).toEqual(['a']);
    if (how === 'of another version') {
      const { openDatabase } = await import('../../../server/store/database.ts');
      const database = openDatabase(join(folder, INDEX_FILE));
      database.exec('PRAGMA user_version = 999; DROP TABLE tag;');
      database.close();
    }
    first.close();
    stores.length = 0;
    for (const end of ['-wal', '-shm']) rmSync(join(folder, `${INDEX_FILE}${end}`), { force: true });
    if (how === 'lost') rmSync(join(folder, INDEX_FILE));
    if (how === 'damaged') writeFileSync(join(folder, INDEX_FILE), 'no database\n'.repeat(500));
    expect(await idsOf(opened())).toEqual(['a']);
    expect(existsSync(join(folder, INDEX_FILE))).toBe(true);
  });

  it('goes on with the index of a program before', async () => {
    write('a.jsonl', episode({ id: 'a' }));
    expect(await idsOf(opened())).toEqual(['a']);
    stores[0]?.close();
    stores.length = 0;
    // The file is closed, so it is not read again.
    writeFileSync(join(folder, 'a.jsonl'), 'not read');
    expect(await idsOf(opened())).toEqual(['a']);
  });

  it('reads trajectories of older versions, and says which files it cannot read', async () => {
    write('old.jsonl', episode({ id: 'old', more: { version: 2 } }));
    write('oldest.jsonl', episode({ id: 'oldest', more: { version: 1 } }));
    writeFileSync(join(folder, 'text.jsonl'), 'hello\n');
    const store = opened();
    expect(await idsOf(store)).toEqual(['old']);
    expect(await store.unreadable()).toEqual([
      { path: 'oldest.jsonl', reason: expect.stringContaining('version') },
      { path: 'text.jsonl', reason: 'line 1 is not JSON' },
    ]);
  });

  it('reads the events of a trajectory in pages', async () => {
    const secret = { resume_token_sha256: '0'.repeat(64), server: 'mark', sandbox: 'box' };
    write('a.jsonl', episode({ id: 'a', more: secret }));
    const store = opened();
    const first = await store.read({ path: 'a.jsonl', limit: 2 });
    expect(first).toMatchObject({
      next: 2,
      count: 3,
      trajectory: { episode_id: 'a' },
      reset: { event: 'reset' },
    });
    for (const key of Object.keys(secret)) expect(first.reset).not.toHaveProperty(key);
    const second = await store.read({ episode_id: 'a', from: 2 });
    expect(second).toMatchObject({ next: null, events: [{ event: 'close' }] });
    expect(first.events.map(({ event }) => event)).toEqual(['step', 'step']);
    await expect(store.read({ path: 'none.jsonl' })).rejects.toMatchObject({ error: 'trajectory_not_found' });
    await expect(store.read({})).rejects.toMatchObject({ error: 'invalid_params' });
  });
});

describe('the statistics of the store', () => {
  it('count success, errors and rewards by turn', async () => {
    const graded = (step: number, reward: number, status: number): Line =>
      stepLine(step, 'x', '', {
        reward,
        observation: { output: '', exit_code: status },
        info: { duration_ms: 1, success: reward === 1 },
      });
    const tags = { options: { tags: ['r'] } };
    write('a.jsonl', [{ ...resetLine(), ...tags }, graded(1, 0.5, 1), graded(2, 1, 0), graded(3, 0.2, 0)]);
    write('b.jsonl', [{ ...resetLine(), ...tags }, graded(1, 0.1, 0)]);
    write('c.jsonl', [resetLine(), stepLine(1, 'x', '')]);
    const store = opened();
    const { groups } = await store.stats({ by: 'tag' });
    expect(groups).toMatchObject([
      {
        ...{ key: 'r', count: 2, graded: 2, successes: 0, success_rate: 0, mean_steps: 2 },
        mean_reward: expect.closeTo(0.15),
        rewards: [0, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        steps: { 1: 1, 3: 1 },
        by_turn: [
          { turn: 1, reached: 2, success_rate: 0, error_rate: 0.5, mean_reward: expect.closeTo(0.3) },
          { turn: 2, reached: 1, success_rate: 0.5, error_rate: 0, mean_reward: expect.closeTo(0.55) },
          { turn: 3, reached: 1, success_rate: 0.5, error_rate: 0, mean_reward: expect.closeTo(0.55) },
        ],
      },
      { key: '', count: 1, graded: 0, success_rate: null, mean_reward: null },
    ]);
    expect((await store.stats({ by: 'task' })).groups).toMatchObject([{ key: 'count-files', count: 3 }]);
    expect((await store.stats({})).groups).toMatchObject([{ key: '', count: 3 }]);
  });
});
