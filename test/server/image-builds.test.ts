import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StepwellClient } from '../../clients/typescript/client.ts';
import { ImageFailedError, SandboxUnavailableError } from '../../clients/typescript/errors.ts';
import type { ImageProgress } from '../../clients/typescript/reset-wait.ts';
import { createConfig } from '../../server/config/config.ts';
import { type RunningServer, startServer } from '../../server/main.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { BUILD_MS, dockerMissing } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

/** Another content for each run, so that each builds its own images. */
const MARK = `# ${process.pid}\n`;
const DOCKERFILES: Readonly<Record<string, string>> = {
  fails: 'FROM not-to-be-had:1\nRUN echo one; echo the reason; exit 3\n',
  nowhere: 'FROM nowhere.invalid/none:1\n',
};

describeUnless(await dockerMissing(), 'a reset whose image is built first, on Docker', () => {
  let home = '';
  let server: RunningServer;
  let client: StepwellClient;

  beforeAll(async () => {
    home = await temporaryHome();
    for (const [task, dockerfile] of Object.entries(DOCKERFILES)) {
      const files = {
        'task.toml': 'schema_version = "1.4"\n',
        'instruction.md': 'Do it.\n',
        'environment/Dockerfile': `${MARK}${dockerfile}`,
        'tests/test.sh': 'echo 1 > /logs/verifier/reward.txt\n',
      };
      for (const [file, text] of Object.entries(files)) {
        await mkdir(dirname(join(home, 'd', task, file)), { recursive: true });
        await writeFile(join(home, 'd', task, file), text);
      }
    }
    const config = createConfig({
      port: 0,
      runtime: 'docker',
      log_level: 'silent',
      trajectories: 'none',
      dataset: { 'terminal-v1:d': join(home, 'd') },
      base: { 'not-to-be-had:1': 'stepwell/bash' },
    });
    server = await startServer(config, { env: { STEPWELL_HOME: home } });
    client = await StepwellClient.connect(server.url);
  }, BUILD_MS);
  afterAll(async () => {
    await client?.close();
    await server?.close();
    await rm(home, { recursive: true });
  });

  const reset = (task: string, onBuilding?: (progress: ImageProgress) => void) =>
    client.reset({ environment: 'terminal-v1', dataset: 'd', task }, { timeoutMs: BUILD_MS, onBuilding });

  it('tells how far the build is, and the last lines of a Dockerfile that fails, which is not tried again', {
    timeout: BUILD_MS,
  }, async () => {
    const told: ImageProgress[] = [];
    const error = await reset('fails', (progress) => told.push(progress)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ImageFailedError);
    expect(error).toMatchObject({
      error: 'image_failed',
      retryable: false,
      details: { sandbox_code: 'image_build_failed', mask_sample: true },
      message: expect.stringMatching(
        /The Dockerfile in .*fails\/environment failed: .*the reason.* returned a non-zero code: 3/s,
      ),
    });
    expect(told[0]).toEqual({ image: expect.stringMatching(/^task-/), ahead: 0, line: expect.any(String) });
    expect(told.map(({ line }) => line).join('\n')).toMatch(/^Step 1\//);
  });

  it('may be tried again where no registry answers, and names the remedy', {
    timeout: BUILD_MS,
  }, async () => {
    const error = await reset('nowhere').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SandboxUnavailableError);
    expect(error).toMatchObject({ retryable: true, message: expect.stringContaining('--base') });
  });
});
