import { describe, expect, it } from 'vitest';
import { begun, environmentOf } from './begun.ts';
import { rowsDocument } from './fake-driver.ts';

describe('a sandbox is given back', () => {
  it('as pristine where the driver finds nothing written', async () => {
    const { play, sandbox } = await begun({ task: 0 });
    await play.release?.();
    await play.release?.();
    expect(sandbox.remains).toEqual(['pristine']);
  });

  it('as used where something was written, or the driver fails', async () => {
    for (const finish of [() => ({ pristine: false }), () => ({ exitCode: 1, output: 'Traceback' })]) {
      const { play, sandbox } = await begun({ task: 0 }, { finish });
      await play.release?.();
      expect(sandbox.remains).toEqual(['used']);
    }
  });

  it('as used where its session ended, after which a new driver goes on', async () => {
    let ended = false;
    const { play, sandbox } = await begun(
      { task: 0 },
      {
        execute: () => {
          if (ended) return rowsDocument(['a'], [[1]]);
          ended = true;
          return { sessionRestarted: true, timedOut: true };
        },
      },
    );
    const cut = await play.act({ code: 'SELECT 1' });
    expect(cut.observation).toMatchObject({ timed_out: true, exit_code: 124, session_restarted: true });
    expect(sandbox.driverCalls.map(({ call }) => call)).toEqual(['begin', 'execute', 'prepare', 'begin']);
    expect((await play.act({ code: 'SELECT 1' })).observation).toMatchObject({ rows: [[1]] });
    await play.release?.();
    expect(sandbox.remains).toEqual(['used']);
  });

  it('when the session of its driver ends as it begins', async () => {
    for (const [timedOut, code] of [
      [true, 'unresponsive'],
      [false, 'died'],
    ] as const) {
      const { environment, source } = environmentOf({ begin: () => ({ sessionRestarted: true, timedOut }) });
      const reset = environment.choose({ task: 0 }, 0).begin();
      await expect(reset).rejects.toMatchObject({ name: 'SandboxError', code });
      expect(source.of('episode')[0]?.remains).toHaveLength(1);
    }
  });

  it('when its database cannot be opened', async () => {
    const { environment, source } = environmentOf({ begin: () => ({ exitCode: 1, output: 'no such file' }) });
    const reset = environment.choose({ task: 0 }, 0).begin();
    await expect(reset).rejects.toMatchObject({ code: 'runner_fault' });
    expect(source.of('episode')[0]?.remains).toHaveLength(1);
  });
});
