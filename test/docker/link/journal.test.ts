import { hash } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { RunnerChannel } from '../../../docker/link/channel.ts';
import { Journal } from '../../../docker/link/journal.ts';
import { RunnerSandbox } from '../../../docker/link/runner-sandbox.ts';
import type { RunRequest } from '../../../docker/sandbox.ts';
import { FakeRunner, RUN_FIELDS, refusal } from '../fake-engine.ts';

const RUN: RunRequest = { code: 'echo one', timeoutMs: 1_000, maxOutputBytes: 64 };
const sha256 = (text: string) => hash('sha256', text, 'hex');

/** What a runner keeps of `run`. */
function kept(code: string, output: string, note?: string) {
  const request = { op: 'run', id: 7, timeout_ms: 250, max_output: 64, code_length: code.length };
  return {
    entry: {
      request: { ...request, has_stdin: false, ...(note === undefined ? {} : { note }) },
      sha256: sha256(code),
      reply: { ok: true, ...RUN_FIELDS },
      bytes: output.length,
    },
    output,
  };
}

type Kept = ReturnType<typeof kept>;

/** A sandbox whose runner has kept these, and one that runs. */
async function taken(entries: readonly Kept[], running: Kept | null = null) {
  const [host, inside] = duplexPair();
  const runner = new FakeRunner(inside);
  const payloadOf = (all: readonly Kept[]) => Buffer.from(all.map(({ output }) => output).join(''));
  runner.answer('attach', ({ header }) =>
    header.key === 'key'
      ? {
          fields: {
            version: 1,
            lease: 'lease',
            entries: entries.map(({ entry }) => entry),
            running: running && { request: running.entry.request, sha256: running.entry.sha256 },
          },
          payload: payloadOf(entries),
        }
      : refusal('bad_request'),
  );
  runner.answer('recall', () => ({
    fields: { entries: running === null ? [] : [running.entry] },
    payload: payloadOf(running === null ? [] : [running]),
  }));
  const journal = await Journal.attach(new RunnerChannel(host), 'key', 'lease');
  const image = { name: 'bash', digest: 'sha256:b' };
  const facts = { id: 'c1', image, engine: 'docker', programs: 'image', isolation: 'layer' } as const;
  const sandbox = new RunnerSandbox({ ...facts, channel: journal, lease: 'lease' }, () => {});
  const sent = () => runner.requests.map(({ op }) => op).slice(1);
  return { journal, runner, sandbox, sent };
}

const outputOf = async (running: Promise<{ readonly output: Buffer }>) => (await running).output.toString();

describe('the journal of a lease', () => {
  it('answers the requests that were made, in order, and passes on all others', async () => {
    const { journal, sandbox, sent } = await taken([kept('echo one', '1'), kept('echo two', '22', 'a turn')]);
    expect(await outputOf(sandbox.run(RUN))).toBe('1');
    expect(journal.remainder()).toBe('a turn');
    sandbox.note('a turn');
    expect(await outputOf(sandbox.run({ ...RUN, code: 'echo two' }))).toBe('22');
    expect(journal.remainder()).toBeNull();
    expect(sent()).toEqual([]);
    sandbox.note('another turn');
    expect(await outputOf(sandbox.run({ ...RUN, code: 'echo three' }))).toBe('echo three');
    expect(sent()).toEqual(['run']);
  });

  it('gives the reply to the request in progress when it is there', async () => {
    const { journal, sandbox, sent } = await taken([], kept('echo one', '1', 'a turn'));
    expect(journal.remainder()).toBe('a turn');
    sandbox.note('a turn');
    expect(await outputOf(sandbox.run(RUN))).toBe('1');
    expect(sent()).toEqual(['recall']);
    expect(journal.remainder()).toBeNull();
  });

  it('gives the error that a request had', async () => {
    const one = kept('', '');
    const request = { op: 'get', id: 1, path: '/x', max_bytes: 16 * 1024 * 1024 };
    const entry = {
      ...one.entry,
      request,
      sha256: null,
      reply: { ok: false, code: 'path_not_found', message: 'no' },
    };
    const { sandbox } = await taken([{ entry: entry as never, output: '' }]);
    await expect(sandbox.getFile('/x')).rejects.toMatchObject({ code: 'path_not_found', message: 'no' });
  });

  it.each([
    ['other code', { ...RUN, code: 'echo uno' }, undefined],
    ['another limit', { ...RUN, maxOutputBytes: 65 }, undefined],
    ['input', { ...RUN, stdin: '' }, undefined],
    ['a turn of its own', RUN, 'a turn'],
  ])('refuses a request with %s', async (_, request, note) => {
    const { sandbox, sent } = await taken([kept('echo one', '1')]);
    if (note !== undefined) sandbox.note(note);
    await expect(sandbox.run(request)).rejects.toMatchObject({ code: 'not_supported' });
    expect(sent()).toEqual([]);
  });

  it('has no remainder in the middle of a turn', async () => {
    const { journal } = await taken([kept('echo one', '1')]);
    expect(() => journal.remainder()).toThrow('not those that were made');
  });

  it('tells which image of the store the sandbox shows', async () => {
    const image = { name: 'red', layers: ['a'], env: { A: '1' }, workdir: '/app' };
    const attach = (fields: Record<string, unknown>) => {
      const [host, inside] = duplexPair();
      const runner = new FakeRunner(inside);
      const told = { version: 1, lease: 'lease', entries: [], running: null, ...fields };
      runner.answer('attach', () => ({ fields: told }));
      return Journal.attach(new RunnerChannel(host), 'key', 'lease');
    };
    expect((await attach({ image })).stored).toEqual(image);
    expect((await attach({ image: null })).stored).toBeUndefined();
  });

  it('is of one lease and of one key', async () => {
    const attach = async (key: string, lease: string) => {
      const [host, inside] = duplexPair();
      const runner = new FakeRunner(inside);
      runner.answer('attach', ({ header }) =>
        header.key === 'key'
          ? { fields: { version: 1, lease: 'lease', entries: [], running: null } }
          : refusal('bad_request'),
      );
      return Journal.attach(new RunnerChannel(host), key, lease);
    };
    await expect(attach('key', 'another')).rejects.toMatchObject({ code: 'not_supported' });
    await expect(attach('no', 'lease')).rejects.toMatchObject({ code: 'runner_fault' });
  });
});

describe('a lease that outlives its server', () => {
  it('is named by its first request, and a turn by its own', async () => {
    const [host, inside] = duplexPair();
    const runner = new FakeRunner(inside);
    const image = { name: 'bash', digest: 'sha256:b' };
    const facts = { id: 'c1', image, engine: 'docker', programs: 'image', isolation: 'layer' } as const;
    const sandbox = new RunnerSandbox({ ...facts, channel: new RunnerChannel(host), lease: 'one' }, () => {});
    expect(sandbox.reference).toBe('c1/one');
    await sandbox.run(RUN);
    sandbox.note('a turn');
    await sandbox.run(RUN);
    await sandbox.run(RUN);
    await sandbox.release('pristine');
    await expect.poll(() => runner.requests.length).toBe(4);
    expect(runner.requests.map(({ header: { op, lease, note } }) => ({ op, lease, note }))).toEqual([
      { op: 'run', lease: 'one' },
      { op: 'run', note: 'a turn' },
      { op: 'run' },
      { op: 'leave' },
    ]);
  });
});
