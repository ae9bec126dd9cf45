import { duplexPair } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { RunnerChannel } from '../../../docker/link/channel.ts';
import { type GiveBack, RunnerSandbox } from '../../../docker/link/runner-sandbox.ts';
import type { RunRequest } from '../../../docker/sandbox.ts';
import { layerChange } from '../../environments/fake-sandbox.ts';
import { FakeRunner, Gate, RUN_FIELDS, refusal, SILENCE, settled } from '../fake-engine.ts';

const RUN: RunRequest = { code: 'echo é', timeoutMs: 1_000, maxOutputBytes: 64 };

function lease() {
  const [host, inside] = duplexPair();
  const runner = new FakeRunner(inside);
  const giveBack = vi.fn<GiveBack>();
  const channel = new RunnerChannel(host);
  const image = { name: 'bash', digest: 'sha256:b' };
  const container = {
    id: 'c1',
    image,
    engine: 'local',
    programs: 'machine',
    isolation: 'layer',
    channel,
  } as const;
  return { runner, giveBack, channel, sandbox: new RunnerSandbox(container, giveBack) };
}

function sent(runner: FakeRunner) {
  const request = runner.requests.at(-1);
  if (request === undefined) throw new Error('Nothing was sent.');
  const { id: _, ...fields } = request.header;
  return { fields, payload: request.payload.toString() };
}

describe('a sandbox over a runner', () => {
  it('runs code and tells every field of the result', async () => {
    const { sandbox, runner } = lease();
    runner.answer('run', () => ({
      payload: Buffer.from([0xff, 0x00]),
      fields: {
        exit_code: 137,
        timeout: 'idle',
        truncated_bytes: 9,
        truncated_at: 1,
        sha256: 'ab',
        cwd: '/x\udc80',
        restarted: true,
        duration_us: 2_500,
      },
    }));
    const result = await sandbox.run({ ...RUN, stdin: 'in', idleTimeoutMs: 50 });
    expect(sent(runner)).toEqual({
      fields: {
        op: 'run',
        timeout_ms: 1_000,
        idle_timeout_ms: 50,
        max_output: 64,
        code_length: 7,
        has_stdin: true,
      },
      payload: 'echo éin',
    });
    expect(result).toEqual({
      output: Buffer.from([0xff, 0x00]),
      exitCode: 137,
      timedOut: true,
      timeout: 'idle',
      truncatedBytes: 9,
      truncatedAt: 1,
      sha256: 'ab',
      cwd: '/x\udc80',
      sessionRestarted: true,
      durationMs: 2.5,
    });
  });

  it('tells empty standard input from none', async () => {
    const { sandbox, runner } = lease();
    await sandbox.run(RUN);
    expect(sent(runner).fields).toMatchObject({ has_stdin: false });
    await sandbox.run({ ...RUN, stdin: '' });
    expect(sent(runner).fields).toMatchObject({ has_stdin: true });
  });

  it('puts files, folders and links in one request', async () => {
    const { sandbox, runner } = lease();
    await sandbox.putFiles([
      { path: '/d', type: 'directory', mode: 0o700 },
      { path: '/d/a', type: 'file', content: 'é', mtime: 5 },
      { path: '/d/b', type: 'file', content: Buffer.from('xyz'), mode: 0o600 },
      { path: '/d/c', type: 'symlink', target: 'a' },
      { path: '/d/e', type: 'file' },
    ]);
    expect(sent(runner)).toEqual({
      fields: {
        op: 'put',
        entries: [
          { path: '/d', type: 'directory', mode: 0o700 },
          { path: '/d/a', type: 'file', mtime: 5, length: 2 },
          { path: '/d/b', type: 'file', mode: 0o600, length: 3 },
          { path: '/d/c', type: 'symlink', target: 'a' },
          { path: '/d/e', type: 'file', length: 0 },
        ],
      },
      payload: 'éxyz',
    });
    expect(String(await sandbox.getFile('/d/b'))).toBe('xyz');
    expect(sent(runner).fields).toMatchObject({ max_bytes: 16 * 1024 * 1024 });
  });

  it('lists, marks, compares, inspects and quiesces', async () => {
    const { sandbox, runner } = lease();
    const files = [{ name: 'a', type: 'fifo', mode: 0o644, size: 0, mtime: 1.5 }];
    const changes = [layerChange('/a')];
    runner.answer('list', () => ({ fields: { files } }));
    runner.answer('diff', () => ({ fields: { changes, exceeded: 'files' } }));
    runner.answer('checksums', () => ({ fields: { sums: ['ab', null], exceeded: 'time' } }));
    runner.answer('inspect', () => ({ fields: RUN_FIELDS, payload: Buffer.from('seen') }));
    expect(await sandbox.listFiles('/')).toEqual(files);
    await sandbox.mark();
    expect(await sandbox.diff()).toEqual({ changes, exceeded: 'files' });
    const paths = [
      { path: 'a', recursive: true },
      { path: 'b.c', recursive: false },
    ];
    expect(await sandbox.checksums(paths)).toEqual(['ab', null]);
    expect(sent(runner).fields).toEqual({ op: 'checksums', paths });
    const inspected = await sandbox.inspect({
      argv: ['md5sum', '/agent/a'],
      timeoutMs: 9,
      maxOutputBytes: 8,
    });
    expect(String(inspected.output)).toBe('seen');
    expect(sent(runner).fields).toEqual({
      op: 'inspect',
      argv: ['md5sum', '/agent/a'],
      cwd: '/',
      timeout_ms: 9,
      max_output: 8,
    });
    await sandbox.quiesce('kill');
    expect(sent(runner).fields).toEqual({ op: 'quiesce', mode: 'kill' });
  });

  it('sends one call after the other', async () => {
    const { sandbox, runner } = lease();
    const gate = new Gate();
    runner.answer('run', async () => {
      await gate.opened;
      return refusal('fault');
    });
    const run = sandbox.run(RUN);
    const mark = sandbox.mark();
    const diff = sandbox.diff();
    const failed = expect(run).rejects.toMatchObject({ code: 'runner_fault', actionMayHaveRun: true });
    await settled();
    expect(runner.requests.map(({ op }) => op)).toEqual(['run']);
    gate.open();
    await failed;
    await mark;
    await diff;
    expect(runner.requests.map(({ op }) => op)).toEqual(['run', 'mark', 'diff']);
  });

  it('is given back once, sound after answers of every kind', async () => {
    const { sandbox, runner, giveBack } = lease();
    await sandbox.run(RUN);
    await expect(sandbox.getFile('/none')).rejects.toMatchObject({ code: 'path_not_found' });
    runner.answer('mark', () => refusal('not_supported'));
    await expect(sandbox.mark()).rejects.toMatchObject({ code: 'not_supported' });
    await sandbox.release();
    await sandbox.release();
    await sandbox[Symbol.asyncDispose]();
    expect(giveBack.mock.calls).toEqual([['used']]);
    await expect(sandbox.run(RUN)).rejects.toMatchObject({ code: 'died', actionMayHaveRun: false });
  });

  it('is given back as poisoned after a fault of the runner', async () => {
    const { sandbox, runner, giveBack } = lease();
    runner.answer('mark', () => refusal('fault'));
    await expect(sandbox.mark()).rejects.toMatchObject({ code: 'runner_fault' });
    await sandbox.release();
    expect(giveBack.mock.calls).toEqual([['poisoned']]);
  });

  it('is given back as used while a call is under way, whatever its holder says', async () => {
    const { sandbox, runner, giveBack, channel } = lease();
    runner.answer('run', () => SILENCE);
    const run = sandbox.run(RUN);
    const queued = sandbox.run(RUN);
    const runFails = expect(run).rejects.toMatchObject({ code: 'died', actionMayHaveRun: true });
    const queuedFails = expect(queued).rejects.toMatchObject({ code: 'died', actionMayHaveRun: false });
    await sandbox.release('pristine');
    expect(giveBack.mock.calls).toEqual([['used']]);
    channel.close('died', 'replaced');
    await runFails;
    await queuedFails;
  });

  it('speaks no more to a runner whose reply has another shape', async () => {
    const { sandbox, runner, giveBack, channel } = lease();
    runner.answer('run', () => ({ fields: { ...RUN_FIELDS, exit_code: 'zero' } }));
    await expect(sandbox.run(RUN)).rejects.toMatchObject({ code: 'runner_fault', actionMayHaveRun: true });
    await expect(channel.closed).resolves.toMatchObject({ code: 'runner_fault' });
    await sandbox.release();
    expect(giveBack.mock.calls).toEqual([['poisoned']]);
  });
});
