import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DockerImageBuilder } from '../../../docker/engines/docker/image-builder.ts';
import type { ImageDefinition } from '../../../docker/image-definition.ts';
import { ensureImages } from '../../../docker/images/builder.ts';
import { withBases } from '../../../docker/images/definitions.ts';
import { contextEntries, contextHash, withStandIns } from '../../../docker/images/dockerfile-context.ts';
import { dockerMissing } from '../../engines.ts';

const run = promisify(execFile);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

describe('a context', () => {
  it('has all but what .dockerignore names, and the Dockerfile always', async () => {
    await write({ Dockerfile: '', '.dockerignore': '*\n!kept\n', 'kept/a': 'a', 'left/b': 'b' });
    await symlink('a', join(folder, 'kept/link'));
    expect((await contextEntries(folder)).map(({ name, type }) => [name, type])).toEqual([
      ['Dockerfile', 'file'],
      ['kept', 'directory'],
      ['kept/a', 'file'],
      ['kept/link', 'symlink'],
    ]);
  });

  it('has the same hash in the copy of another user, and another one for a program', async () => {
    await write({ Dockerfile: 'FROM a\n', run: 'true\n' });
    const first = await contextHash(folder);
    await chmod(join(folder, 'run'), 0o660);
    expect(await contextHash(folder)).toBe(first);
    await chmod(join(folder, 'run'), 0o700);
    expect(await contextHash(folder)).not.toBe(first);
  });

  it('has another hash for another content, and none of its own for what is left out', async () => {
    await write({ Dockerfile: 'FROM a\n', '.dockerignore': 'notes\n', data: '1' });
    const first = await contextHash(folder);
    await write({ notes: 'x' });
    expect(await contextHash(folder)).toBe(first);
    await write({ data: '2' });
    expect(await contextHash(folder)).not.toBe(first);
  });

  it('cannot be read without a Dockerfile', async () => {
    await expect(contextEntries(folder)).rejects.toMatchObject({
      code: 'image_missing',
      message: `The context ${folder} cannot be read: it has no Dockerfile`,
    });
  });
});

it('stand-ins take the place of the images that stages begin with', () => {
  const text = 'FROM --platform=linux/amd64 a:1 AS x\nRUN echo FROM a:1\nfrom b\nFROM x\n';
  expect(withStandIns(text, { 'a:1': 'mine', 'b:latest': 'yours' })).toBe(
    'FROM --platform=linux/amd64 mine AS x\nRUN echo FROM a:1\nfrom yours\nFROM x\n',
  );
});

it('stand-ins take the place of images that stages copy from, and not of stages', () => {
  const text =
    'FROM a:1 AS b\nCOPY --chown=1:1 --from=c/d:2 /x /y\nCOPY --from=B . .\nFROM b\nCOPY from=c/d:2 .\n';
  expect(withStandIns(text, { 'a:1': 'mine', b: 'wrong', 'c/d:2': 'yours' })).toBe(
    'FROM mine AS b\nCOPY --chown=1:1 --from=yours /x /y\nCOPY --from=B . .\nFROM b\nCOPY from=c/d:2 .\n',
  );
});

const missing = await dockerMissing();
const name = `test-dockerfile-${process.pid}`;

describe.skipIf(missing !== null)(`an image from a Dockerfile ${missing ?? ''}`, () => {
  const docker = new Docker();
  const builder = new DockerImageBuilder(docker);
  beforeAll(async () => {
    await ensureImages({ builder, names: ['bash'] });
  });
  afterAll(async () => {
    const images = await docker.listImages({ filters: { label: [`stepwell.image=${name}`] } });
    const tags = images.flatMap((image) => image.RepoTags ?? []).filter((tag) => tag.startsWith('stepwell/'));
    for (const tag of tags) await docker.getImage(tag).remove({ force: true });
    await docker.pruneImages({ filters: { label: [`stepwell.image=${name}`] } });
  });

  const definition = (): ImageDefinition => ({
    name,
    from: `dockerfile:${folder}`,
    settingsFile: '/etc/settings.json',
  });
  const build = (one: ImageDefinition) =>
    ensureImages({
      builder,
      definitions: withBases([one], { 'not-to-be-had:1': 'stepwell/bash' }),
      names: [name],
    });

  it('is built on a stand-in, and keeps its settings in a file', async () => {
    await write({
      Dockerfile: 'FROM not-to-be-had:1\nENV LEVEL=3\nWORKDIR /app\nCOPY data .\n',
      data: 'hello\n',
    });
    expect(await build(definition())).toEqual([name]);
    expect(await build(definition())).toEqual([]);
    const args = ['run', '--rm', '--network', 'none', `stepwell/${name}`, 'cat'];
    const { stdout } = await run('docker', [...args, '/app/data', '/etc/settings.json']);
    const [data, settings = ''] = stdout.split('\n');
    expect(data).toBe('hello');
    expect(JSON.parse(settings)).toMatchObject({
      env: expect.arrayContaining(['LEVEL=3']),
      workdir: '/app',
    });
  });

  it('that fails says what the Dockerfile printed, and leaves no image', async () => {
    await write({ Dockerfile: 'FROM not-to-be-had:1\nRUN echo too bad && false\n' });
    await expect(build(definition())).rejects.toMatchObject({
      code: 'build_failed',
      message: expect.stringMatching(new RegExp(`^The Dockerfile in ${folder} failed: .*too bad`)),
    });
  });

  it('has what stages, ARG, COPY and .dockerignore give, as the engine does them', async () => {
    await write({
      Dockerfile: [
        'ARG BASE=not-to-be-had:1',
        'FROM not-to-be-had:1 AS make',
        'ARG WORD=default',
        'RUN echo "$WORD" > /made',
        'FROM make AS unused',
        'RUN echo never > /never',
        `FROM $${'{BASE}'}`,
        'COPY --from=make /made /made',
        'COPY data/*.txt /data/',
        'COPY . /all/',
        'ENTRYPOINT []',
      ].join('\n'),
      'data/a.txt': 'a\n',
      'data/b.md': 'b\n',
      'data/deep/c.txt': 'c\n',
      secret: 'not for the image\n',
      '.dockerignore': '# a comment\nsecret\n**/*.md\n',
    });
    await run('docker', ['tag', 'stepwell/bash', `not-to-be-had-${process.pid}:1`]);
    try {
      const base = `not-to-be-had-${process.pid}:1`;
      const text = (await readFile(join(folder, 'Dockerfile'), 'utf8')).replace(
        'BASE=not-to-be-had:1',
        `BASE=${base}`,
      );
      await write({ Dockerfile: text });
      expect(await build(definition())).toEqual([name]);
    } finally {
      await run('docker', ['rmi', `not-to-be-had-${process.pid}:1`]);
    }
    const script = 'cat /made; ls /data; cd /all; find . -type f | sort; ls /never 2>&1';
    const { stdout } = await run('docker', [
      'run',
      '--rm',
      '--network',
      'none',
      `stepwell/${name}`,
      'sh',
      '-c',
      `${script}; true`,
    ]);
    expect(stdout.split('\n')).toEqual([
      ...['default', 'a.txt', './.dockerignore', './Dockerfile', './data/a.txt', './data/deep/c.txt'],
      ...["ls: cannot access '/never': No such file or directory", ''],
    ]);
  });

  it.each([
    [
      'an unknown instruction',
      'FROM not-to-be-had:1\nRUNN true\n',
      'build_failed',
      /unknown instruction: RUNN/i,
    ],
    ['a file that the context lacks', 'FROM not-to-be-had:1\nCOPY nothing /\n', 'build_failed', /nothing/],
    [
      'a base that no registry gives',
      'FROM nowhere.invalid/none:1\n',
      'start_failed',
      /--base <name in FROM>=<image>/,
    ],
  ])('with %s says so, and whether to try again', async (_, text, code, message) => {
    await write({ Dockerfile: text });
    await expect(build(definition())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('is made on Debian without a registry, too', { timeout: 300_000 }, async () => {
    await write({
      Dockerfile:
        'FROM debian:bookworm-slim\nRUN . /etc/os-release && echo "$VERSION_CODENAME" > /release\nRUN command -v python3 || apt-get update && apt-get install -y --no-install-recommends python3\n',
    });
    expect(await build(definition())).toEqual([name]);
    const { stdout } = await run('docker', [
      'run',
      '--rm',
      '--network',
      'none',
      `stepwell/${name}`,
      'cat',
      '/release',
    ]);
    expect(stdout).toBe('bookworm\n');
  });

  it('that takes too long is refused with its limit', async () => {
    await write({ Dockerfile: 'FROM not-to-be-had:1\nRUN sleep 600\n' });
    await expect(build({ ...definition(), buildTimeoutS: 1 })).rejects.toMatchObject({
      code: 'build_failed',
      message: `The Dockerfile in ${folder} was not built within 1 seconds.`,
    });
  });
});
