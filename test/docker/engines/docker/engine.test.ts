import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runnersShare } from '../../../../docker/engine.ts';
import { DockerEngine, type DockerEngineOptions } from '../../../../docker/engines/docker/engine.ts';
import { DockerImageBuilder } from '../../../../docker/engines/docker/image-builder.ts';
import { containerSettings } from '../../../../docker/engines/docker/settings.ts';
import { RunFolder } from '../../../../docker/engines/run-folder.ts';
import { ensureImages } from '../../../../docker/images/builder.ts';
import { labels } from '../../../../docker/labels.ts';
import { RunnerChannel } from '../../../../docker/link/channel.ts';
import { encodeOwner, type Owner, ownerOf } from '../../../../docker/owner.ts';
import type { Isolation } from '../../../../docker/sandbox.ts';
import { BUILD_MS, containerExists, dockerMissing } from '../../../engines.ts';
import { expectNoLayer } from '../no-layer.ts';

const limits = { memoryBytes: 2 ** 28, cpus: 1, pids: 64, layerBytes: 2 ** 24, layerInodes: 4096 };
const missing = await dockerMissing();

describe('the settings of a container', () => {
  const options = {
    name: 'n',
    image: 'bash',
    digest: 'sha256:1',
    limits,
    network: 'none',
    labels: {},
  } as const;

  it('give the runner its rights for layers, and none of them to replaced containers', () => {
    const layer = containerSettings({ ...options, isolation: 'layer', controlFolder: '/run/x' });
    expect(layer.HostConfig).toMatchObject({ CapAdd: ['SYS_ADMIN'], MaskedPaths: [], NetworkMode: 'none' });
    const connected = containerSettings({
      ...options,
      isolation: 'layer',
      network: 'bridge',
      controlFolder: null,
    });
    expect(connected.HostConfig).toMatchObject({ CapAdd: ['SYS_ADMIN', 'NET_ADMIN'] });
    const replace = containerSettings({ ...options, isolation: 'replace', controlFolder: '/run/x' });
    expect(replace.HostConfig).not.toHaveProperty('CapAdd');
    expect(replace.HostConfig).not.toHaveProperty('SecurityOpt');
    expect(replace.Env).toContain('STEPWELL_ISOLATION=replace');
  });

  it('leave the empty network to the runner where it can furnish it', () => {
    const settings = (isolation: Isolation, network: 'none' | 'bridge') => {
      const { NetworkDisabled, Env, HostConfig } = containerSettings({
        ...options,
        isolation,
        network,
        controlFolder: null,
      });
      expect(HostConfig?.NetworkMode).toBe(network);
      return [NetworkDisabled, Env?.includes('STEPWELL_BARE_NETWORK=1')];
    };
    expect(settings('layer', 'none')).toEqual([true, true]);
    expect(settings('layer', 'bridge')).toEqual([undefined, false]);
    expect(settings('replace', 'none')).toEqual([undefined, false]);
  });

  it('limit memory without swap, processors and processes', () => {
    const { HostConfig } = containerSettings({ ...options, isolation: 'layer', controlFolder: null });
    expect(HostConfig).toMatchObject({
      // The runner has some of its own.
      Memory: 2 ** 28 + runnersShare.memoryBytes,
      MemorySwap: 2 ** 28 + runnersShare.memoryBytes,
      NanoCpus: 1e9,
      PidsLimit: 64 + runnersShare.pids,
    });
    const { HostConfig: whole } = containerSettings({
      ...options,
      isolation: 'replace',
      controlFolder: null,
    });
    expect(whole).toMatchObject({ Memory: 2 ** 28, MemorySwap: 2 ** 28, PidsLimit: 64 });
  });
});

describe.skipIf(missing !== null)(`the Docker engine ${missing ?? ''}`, () => {
  const docker = new Docker();
  let owner: Owner;
  let parent: string;
  let engine: DockerEngine;
  const open = async (options: Partial<DockerEngineOptions> = {}): Promise<DockerEngine> => {
    const runFolder = await RunFolder.create(owner, parent);
    return new DockerEngine({ docker, owner, runFolder, runParent: parent, ...options });
  };
  const start = (on = engine) => on.start({ image: 'bash', limits, network: 'none' });
  const exists = (id: string) => containerExists(docker, id);

  beforeAll(async () => {
    await ensureImages({ builder: new DockerImageBuilder(docker), names: ['base', 'bash'] });
    owner = await ownerOf(process.pid);
    parent = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
    engine = await open();
  }, BUILD_MS);
  afterAll(async () => {
    await engine?.close();
    await rm(parent, { recursive: true, force: true });
  });

  it('says what it can do and why', async () => {
    const { isolation, reason } = await engine.probe();
    expect(['layer', 'replace']).toContain(isolation);
    expect(reason).toMatch(/control over (socket|attach)/);
  });

  it.each(['socket', 'attach'] as const)('starts a runner that speaks over %s', async (control) => {
    const other = await open({ control });
    const container = await start(other);
    const channel = new RunnerChannel(container.stream);
    expect((await channel.ready).event).toBe('hello');
    await channel.ping(10_000);
    expect(container.image).toEqual(await engine.image('bash'));
    await other.close();
    expect(await exists(container.id)).toBe(false);
  });

  it('takes nobody but the runner on its socket, and leaves nothing of it', async () => {
    const container = await start();
    const files = async () =>
      (await readdir(parent, { recursive: true })).filter((name) => name.includes('/'));
    expect((await files()).filter((name) => name.endsWith('.sock'))).toEqual([]);
    await container.remove();
    expect((await files()).filter((name) => !name.endsWith('/owner'))).toEqual([]);
  });

  it.each(['layer', 'replace'] as const)(
    'gives loopback, its names and no IPv6 in %s isolation',
    async (isolation) => {
      const other = await open({ isolation, control: 'attach' });
      const container = await start(other);
      const channel = new RunnerChannel(container.stream);
      await channel.ready;
      const code = [
        'cut -d: -sf1 /proc/net/dev | tr -d " "',
        'cat /proc/net/if_inet6 /etc/hosts',
        'stat -c %a:%U /etc/hosts',
        // As before, so that it is no change.
        'cp /etc/hosts /tmp/kept; echo 127.0.0.2 other >> /etc/hosts; cat /tmp/kept > /etc/hosts',
        'getent hosts other.example || echo unknown',
      ].join('\n');
      const run = { timeout_ms: 10_000, max_output: 65_536, code_length: Buffer.byteLength(code) };
      const { payload } = await channel.request('run', run, { payload: [code] });
      expect(payload.toString().split('\n')).toEqual([
        'lo',
        '127.0.0.1\tlocalhost',
        '::1\tlocalhost ip6-localhost ip6-loopback',
        'fe00::0\tip6-localnet',
        'ff00::0\tip6-mcastprefix',
        'ff02::1\tip6-allnodes',
        'ff02::2\tip6-allrouters',
        '644:root',
        'unknown',
        '',
      ]);
      if (isolation === 'layer') {
        const { header } = await channel.request('diff', {});
        expect(header.changes).toMatchObject([{ path: '/tmp/kept' }]);
      }
      await other.close();
    },
  );

  it('keeps to the image that a name stood for at first, until that is gone', async () => {
    const repo = `stepwell/test-kept-${process.pid}`;
    const [bash, base] = await Promise.all([engine.image('bash'), engine.image('base')]);
    await docker.getImage(bash.digest).tag({ repo, tag: 'latest' });
    const own = await open();
    const name = `${repo}:latest`;
    expect(await own.image(name)).toEqual({ name, digest: bash.digest });
    await docker.getImage(base.digest).tag({ repo, tag: 'latest' });
    expect(await own.image(name)).toEqual({ name, digest: bash.digest });
    await docker.getImage(name).remove();
    await own.close();
  });

  it('refuses an image that it does not have', async () => {
    await expect(engine.image('nowhere')).rejects.toMatchObject({ code: 'image_missing' });
    const options = { image: 'nowhere', limits, network: 'none' } as const;
    await expect(engine.start(options)).rejects.toMatchObject({ code: 'image_missing' });
  });

  it('says why a runner that cannot start has ended, and leaves no container', async () => {
    const other = await open({ control: 'socket', isolation: 'layer' });
    const tooLittle = { ...limits, memoryBytes: 6 * 2 ** 20 - runnersShare.memoryBytes };
    await expect(other.start({ image: 'bash', limits: tooLittle, network: 'none' })).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringMatching(/ended before it connected: exit status \d+/),
    });
    const left = await docker.listContainers({ all: true, filters: { label: [labels.owner] } });
    const memory = await Promise.all(
      left.map(({ Id }) =>
        docker
          .getContainer(Id)
          .inspect()
          .then(
            (info) => info.HostConfig.Memory,
            () => 0,
          ),
      ),
    );
    expect(memory).not.toContain(6 * 2 ** 20);
    await other.close();
  });

  it('starts no container where no layer can be made, and says why', () => expectNoLayer(engine, limits));

  it('tells the end of a container that was killed', async () => {
    const container = await start();
    await docker.getContainer(container.id).kill();
    expect((await container.exited).reason).toMatch(/exit status 137/);
    await container.remove();
    expect(await exists(container.id)).toBe(false);
  });

  it('removes a container once, however often it is asked, and though somebody else was first', async () => {
    const container = await start();
    await docker.getContainer(container.id).remove({ force: true });
    await Promise.all([container.remove(), container.remove()]);
    await container.remove();
    await container.exited;
    expect(await exists(container.id)).toBe(false);
  });

  it('removes on close what is being started at that moment', async () => {
    const other = await open();
    await other.probe();
    const starting = start(other);
    await new Promise((resolve) => setImmediate(resolve));
    await other.close();
    const container = await starting;
    expect(await exists(container.id)).toBe(false);
    await expect(start(other)).rejects.toMatchObject({ code: 'draining' });
  });

  it('reaps the containers of dead servers, and of no other', async () => {
    const alive = await start();
    const made = async (of: Owner) => {
      const Labels = { [labels.owner]: encodeOwner(of), [labels.instance]: 'test' };
      const { id } = await docker.createContainer({ Image: 'stepwell/bash', Cmd: ['true'], Labels });
      return id;
    };
    const dead = await made({ ...owner, startTime: '1' });
    const elsewhere = await made({ ...owner, host: 'elsewhere' });
    expect(await engine.reap()).toBeGreaterThanOrEqual(1);
    expect(await exists(dead)).toBe(false);
    expect(await exists(elsewhere)).toBe(true);
    expect(await exists(alive.id)).toBe(true);
    await docker.getContainer(elsewhere).remove();
    await alive.remove();
  });

  it('reaps what it lost itself', async () => {
    const container = await start();
    const { Config } = await docker.getContainer(container.id).inspect();
    const { id } = await docker.createContainer({
      Image: 'stepwell/bash',
      Cmd: ['true'],
      Labels: Config.Labels,
    });
    await engine.reap();
    expect(await exists(id)).toBe(false);
    expect(await exists(container.id)).toBe(true);
    await container.remove();
  });
});
