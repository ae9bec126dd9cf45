import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listenForRunner } from '../../docker/engines/control-socket.ts';
import { DockerEngine } from '../../docker/engines/docker/engine.ts';
import { RunFolder } from '../../docker/engines/run-folder.ts';
import { controlPath } from '../../docker/labels.ts';
import { RunnerChannel } from '../../docker/link/channel.ts';
import { greeted } from '../../docker/link/greeting.ts';
import { RunnerSandbox } from '../../docker/link/runner-sandbox.ts';
import { type Owner, ownerOf } from '../../docker/owner.ts';
import { SandboxPool } from '../../docker/pool/pool.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { BUILD_MS, dockerEngine, engineCases } from '../engines.ts';
import { describeUnless } from '../requirements.ts';
import { LIMITS } from './bench.ts';

const doors = readFileSync(new URL('probes/doors.py', import.meta.url), 'utf8');

/** A process that has ended, as the server that was killed. */
async function deadOwner(): Promise<Owner> {
  const child = spawn('sleep', ['60']);
  const owner = await ownerOf(Number(child.pid));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  return owner;
}

const [docker, local] = await engineCases();

describeUnless(
  docker?.missing ?? null,
  'a runner that waits for the next server, on the docker engine',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'stepwell-waiting-'));
    const client = new Docker();
    const engines: DockerEngine[] = [];
    const folders: RunFolder[] = [];

    async function engineOf(owner: Owner): Promise<DockerEngine> {
      const runFolder = await RunFolder.create(owner, join(folder, 'run'));
      folders.push(runFolder);
      const held = { folder: join(folder, 'held'), graceMs: 120_000 };
      const engine = new DockerEngine({
        docker: client,
        owner,
        runFolder,
        held,
        isolation: 'layer',
        control: 'socket',
      });
      engines.push(engine);
      return engine;
    }

    beforeAll(async () => {
      await (await dockerEngine()).close();
    }, BUILD_MS);
    afterAll(async () => {
      for (const engine of engines) await engine.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const run = (sandbox: Sandbox, code: string, stdin?: string) =>
      sandbox.run({
        code,
        ...(stdin === undefined ? {} : { stdin }),
        timeoutMs: 30_000,
        maxOutputBytes: 65_536,
      });

    it('gives the agent no way to it', async () => {
      const before = await engineOf(await deadOwner());
      const container = await before.start({ image: 'bash', limits: LIMITS, network: 'none' });
      const channel = new RunnerChannel(container.stream);
      await greeted(container, channel);
      const { key = '', graceMs = 0 } = container.hold ?? {};
      await channel.request('hold', { key, grace_ms: graceMs });
      const { id, image, isolation } = container;
      const facts = {
        id,
        image,
        isolation,
        engine: 'docker',
        programs: 'image',
        channel,
        lease: 'one',
      } as const;
      const sandbox = new RunnerSandbox(facts, () => {});
      const begun = await run(
        sandbox,
        'cat > /tmp/doors.py; (python3 -I /tmp/doors.py > /tmp/said 2>&1 &); until grep -qs ready /tmp/said; do sleep 0.1; done; cat /tmp/said',
        doors,
      );
      expect(begun.output.toString()).toBe('ready\n');
      container.stream.destroy();

      // The runner looks for a server here; each connection shows that it does.
      const { Mounts } = await client.getContainer(id).inspect();
      const control = Mounts.find(({ Destination }) => Destination === controlPath)?.Source ?? '';
      for (let looks = 0; looks < 4; looks += 1) {
        const { connected } = await listenForRunner(control);
        (await connected).destroy();
      }

      const pool = new SandboxPool(await engineOf(await ownerOf(process.pid)));
      const taken = await pool.takeBack(`${id}/one`);
      expect(taken).toBeDefined();
      if (taken === undefined) return;
      // What was asked before is not asked again.
      const again = await run(
        taken.sandbox,
        'cat > /tmp/doors.py; (python3 -I /tmp/doors.py > /tmp/said 2>&1 &); until grep -qs ready /tmp/said; do sleep 0.1; done; cat /tmp/said',
        doors,
      );
      expect(again).toEqual(begun);
      const report = await run(
        taken.sandbox,
        'touch /tmp/enough; until [ -e /tmp/doors ]; do sleep 0.1; done; cat /tmp/doors',
      );
      const found = JSON.parse(report.output.toString());
      expect(found).toEqual({
        rounds: expect.any(Number),
        listening: [],
        reached: [],
        places: [],
        ports: [],
      });
      expect(found.rounds).toBeGreaterThan(10);
      // Nor is the key in what the agent can read.
      const search = 'grep -rlF -f - /proc/*/environ /proc/*/cmdline /tmp /run 2>/dev/null';
      const read = await run(taken.sandbox, search, key);
      expect(read.output.toString()).toBe('');
      await taken.sandbox.release();
      await pool.drain(1_000);
    });
  },
);

describeUnless(local?.missing ?? null, 'a runner whose server has gone, on the local engine', () => {
  it('gives the agent no way to it: it ends with its server', async () => {
    const open = await local?.open();
    const container = await open?.engine.start({ image: 'bash', limits: LIMITS, network: 'none' });
    if (open === undefined || container === undefined) throw new Error('The local engine did not start.');
    await greeted(container, new RunnerChannel(container.stream));
    container.stream.destroy();
    expect(await container.exited).toMatchObject({ reason: expect.any(String) });
    await open.close();
  });
});
