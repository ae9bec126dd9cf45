import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DockerImageBuilder } from '../../../docker/engines/docker/image-builder.ts';
import { ensureImages } from '../../../docker/images/builder.ts';
import { dockerMissing } from '../../engines.ts';

const run = promisify(execFile);
const missing = await dockerMissing();
const name = `test-derived-${process.pid}`;

describe.skipIf(missing !== null)(`a derived image ${missing ?? ''}`, () => {
  let folder: string;
  const docker = new Docker();
  const builder = new DockerImageBuilder(docker);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
    await mkdir(join(folder, 'field', 'hollow'), { recursive: true });
    const file = join(folder, 'field', 'note.txt');
    await writeFile(file, 'note', { mode: 0o750 });
    await utimes(file, 1_600_000_000, 1_600_000_000);
    await run('tar', ['-cf', join(folder, 'tree.tar'), '-C', folder, 'field']);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    const images = await docker.listImages({ filters: { label: [`stepwell.image=${name}`] } });
    const tags = images.flatMap((image) => image.RepoTags ?? []).filter((tag) => tag.startsWith('stepwell/'));
    // An engine may still be removing the last container of it.
    for (const tag of tags) await docker.getImage(tag).remove({ force: true });
    // What a build that failed left behind has no tag.
    await docker.pruneImages({ filters: { label: [`stepwell.image=${name}`] } });
  });

  const ensure = (): Promise<string[]> => {
    const definitions = [
      {
        name,
        from: 'bash',
        tree: join(folder, 'tree.tar'),
        files: { '/field/text': 'of the definition\n' },
        script: 'cp /field/text /field/by-script; id -u >> /field/by-script',
        gitAtRoot: true,
      },
    ];
    return ensureImages({ builder, definitions, names: [name] });
  };

  async function output(command: string): Promise<string> {
    const args = ['run', '--rm', '--network', 'none', `stepwell/${name}`, 'bash', '-c', command];
    return (await run('docker', args)).stdout;
  }

  it('is built when it is missing or its inputs have changed, and not otherwise', async () => {
    expect(await ensure()).toEqual([name]);
    const first = (await builder.list()).find((image) => image.name === name);
    expect(first?.digest).toMatch(/^sha256:/);
    expect(await ensure()).toEqual([]);
    await writeFile(join(folder, 'more'), '');
    await run('tar', ['-rf', join(folder, 'tree.tar'), '-C', folder, 'more']);
    expect(await ensure()).toEqual([name]);
    const images = (await builder.list()).filter((image) => image.name === name);
    expect(images).toHaveLength(1);
    expect(images[0]?.digest).not.toBe(first?.digest);
  });

  it('has the tree with its modes and times', async () => {
    await ensure();
    expect(await output('stat -c "%a %Y" /field/note.txt; cat /field/note.txt')).toBe('750 1600000000\nnote');
  });

  it('has its own files, and what its script made of them', async () => {
    await ensure();
    expect(await output('cat /field/by-script')).toBe('of the definition\n0\n');
  });

  it('is a clean repository of one commit, without folders that git cannot hold', async () => {
    await ensure();
    expect(await output('cd /; git status --short; git rev-list --count HEAD; ls -d /field/* /tmp')).toBe(
      '1\n/field/by-script\n/field/note.txt\n/field/text\n/tmp\n',
    );
    expect(await output('cd /; touch /usr/new /field/new; git status --short')).toBe('?? field/new\n');
  });

  it('can start from an image of the engine that has what a sandbox needs', async () => {
    await ensureImages({ builder, names: ['base'] });
    const foreign = { name, from: 'docker:stepwell/base:latest', script: 'echo mine > /mine' };
    await ensureImages({ builder, definitions: [foreign], names: [name] });
    expect(await output('cat /mine')).toBe('mine\n');
  });

  it('says what a foreign image lacks', async () => {
    await ensureImages({ builder, names: ['base'] });
    const reference = `stepwell/${name}:poor`;
    const poor = `FROM stepwell/base:latest\nRUN rm /usr/bin/python3\nLABEL stepwell.image=${name}\n`;
    await writeFile(join(folder, 'Dockerfile'), poor);
    const build = ['build', '-q', '--network=none', '-t', reference, '-f', join(folder, 'Dockerfile')];
    await run('docker', [...build, folder]);
    const definitions = [{ name, from: `docker:${reference}` }];
    await expect(ensureImages({ builder, definitions, names: [name] })).rejects.toThrow('it has no python3');
  });
});
