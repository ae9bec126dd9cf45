import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Docker from 'dockerode';
import { afterAll, expect, it } from 'vitest';
import { ImageStore } from '../../../../docker/images/store/store.ts';
import { dockerMissing } from '../../../engines.ts';
import { describeUnless } from '../../../requirements.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import { file, folder, hardLink, link, tarOf } from './archives.ts';

const home = temporaryFolder();
const REPOSITORY = `test-store-${process.pid}`;

describeUnless(await dockerMissing(), 'an image of a Docker engine', () => {
  const docker = new Docker();
  const reference = (tag: string) => `${REPOSITORY}:${tag}`;

  afterAll(async () => {
    for (const tag of ['two', 'one']) await docker.getImage(reference(tag)).remove({ force: true });
  });

  /** Make an image of a tar, and one with files more over it. */
  async function makeImages(): Promise<void> {
    const base = await tarOf([
      folder('etc'),
      file('etc/name', 'base', { mode: 0o640 }),
      hardLink('etc/again', 'etc/name'),
      link('bin', 'usr/bin'),
    ]);
    const imported = await docker.importImage(Readable.from([base]), { repo: REPOSITORY, tag: 'one' });
    await new Promise((resolve, reject) =>
      docker.modem.followProgress(imported, (error, done) => (error ? reject(error) : resolve(done))),
    );
    const container = await docker.createContainer({ Image: reference('one'), Cmd: ['none'] });
    try {
      const more = await tarOf([file('etc/more', 'more'), folder('srv', { mode: 0o700 })]);
      await container.putArchive(Readable.from([more]), { path: '/' });
      const changes = ['ENV LEVEL=9', 'WORKDIR /srv', 'USER 12:34'];
      await container.commit({ repo: REPOSITORY, tag: 'two', changes });
    } finally {
      await container.remove({ force: true });
    }
  }

  it('is saved, verified and unpacked, and shares what an image below it has', async () => {
    await makeImages();
    await using store = await ImageStore.open(join(home(), 'store'));
    const one = await store.add('one', { kind: 'docker', place: reference('one') });
    const two = await store.add('two', { kind: 'docker', place: reference('two') });
    expect(two.sharedLayers).toBe(1);
    expect(two.layers[0]).toBe(one.layers[0]);
    expect(two.config).toMatchObject({ env: { LEVEL: '9' }, workdir: '/srv', user: '12:34' });
    expect(two.digest).toBe((await docker.getImage(reference('two')).inspect()).Id);
    const [below = '', above = ''] = two.layers;
    expect(readFileSync(join(below, 'etc/again'), 'utf8')).toBe('base');
    expect(lstatSync(join(below, 'etc/name')).mode & 0o777).toBe(0o640);
    expect(readFileSync(join(above, 'etc/more'), 'utf8')).toBe('more');
    expect(lstatSync(join(above, 'srv')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(home(), 'store/tmp'))).toEqual([]);
  });

  it('that was saved into a file is the same image', async () => {
    const place = join(home(), 'saved.tar');
    execFileSync('docker', ['save', '--output', place, reference('two')]);
    await using store = await ImageStore.open(join(home(), 'store'));
    const { digest } = await store.add('file', { kind: 'oci', place });
    expect(digest).toBe((await docker.getImage(reference('two')).inspect()).Id);
  });

  it('that the engine does not have is refused with what to do', async () => {
    await using store = await ImageStore.open(join(home(), 'store'));
    const missing = { kind: 'docker', place: reference('none') } as const;
    await expect(store.add('image', missing)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(`docker pull ${reference('none')}`),
    });
    expect(readdirSync(join(home(), 'store/tmp'))).toEqual([]);
  });
});
