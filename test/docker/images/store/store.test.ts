import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pins } from '../../../../docker/images/store/pins.ts';
import { ImageStore, type ImageStoreOptions, storeFolder } from '../../../../docker/images/store/store.ts';
import { ownerInName, ownerOf } from '../../../../docker/owner.ts';
import { stepwellProgram } from '../../../stepwell.ts';
import { temporaryFolder } from '../../../temporary-folder.ts';
import { dockerArchive, type Entry, file, folder, tarOf } from './archives.ts';

const home = temporaryFolder();
const opened: ImageStore[] = [];
let clock: number;
let base: Buffer;

beforeEach(async () => {
  clock = Date.parse('2030-01-01T00:00:00Z');
  base = await tarOf([folder('base'), file('base/file', 'b'.repeat(100_000))]);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

const root = () => join(home(), storeFolder);
const inStore = (part: string): string[] => readdirSync(join(root(), part));

async function open(options: ImageStoreOptions = {}): Promise<ImageStore> {
  const store = await ImageStore.open(root(), { now: () => clock, ...options });
  opened.push(store);
  return store;
}

/** Add an image of the base and one layer more, of about a size. */
async function addOver(store: ImageStore, name: string, bytes = 50_000) {
  const layer = await tarOf([file(`own/${name}`, name.padEnd(bytes, '.'))]);
  const place = join(home(), `${name}.tar`);
  writeFileSync(place, await dockerArchive({ layers: [base, layer], config: { Env: [`NAME=${name}`] } }));
  clock += 1_000;
  return store.add(name, { kind: 'oci', place });
}

/** A root that takes long to unpack, and little to make: its last file is a hole. */
async function endlessRoot(): Promise<string> {
  const place = join(home(), 'endless.tar');
  const GIB = 2 ** 30;
  const whole = await tarOf([file('first', 'x')]);
  // Without its end: a header of a file of 1 GiB follows.
  const header = (await tarOf([file('large', '')])).subarray(0, 512);
  header.write(`${GIB.toString(8).padStart(11, '0')} `, 124);
  header.fill(' ', 148, 156);
  header.write(
    `${header
      .reduce((all, byte) => all + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  writeFileSync(place, Buffer.concat([whole.subarray(0, 1024), header]));
  truncateSync(place, 1024 + 512 + GIB + 1024);
  return place;
}

/** Wait until a layer is being unpacked. */
async function unpacking(): Promise<void> {
  const begun = () =>
    inStore('tmp').some((name) => existsSync(join(root(), 'tmp', name, 'layer/diff/large')));
  await expect.poll(begun, { interval: 5, timeout: 20_000 }).toBe(true);
}

/** The process that has a file below the store open. */
function unpackerPid(): number {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    if (Number(name) !== process.pid && hasOpen(name)) return Number(name);
  }
  throw new Error('nothing is being unpacked');
}

function hasOpen(pid: string): boolean {
  try {
    const paths = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return paths.some((path) => path.startsWith(join(root(), 'tmp')));
  } catch {
    // It is another user's, or has ended.
    return false;
  }
}

describe('an image of the store', () => {
  it('shares its layers with others, each unpacked once', async () => {
    const store = await open();
    const one = await addOver(store, 'one');
    const two = await addOver(store, 'two');
    expect(two.sharedLayers).toBe(1);
    expect(two.layers[0]).toBe(one.layers[0]);
    expect(inStore('layers')).toHaveLength(3);
    expect(await store.list()).toMatchObject([
      { name: 'one', layers: 2, sharedLayers: 1, bytes: one.bytes, inUse: false },
      { name: 'two', layers: 2, sharedLayers: 1 },
    ]);
    await store.remove('one');
    expect(readFileSync(join(two.layers[0] ?? '', 'base/file'), 'utf8')).toHaveLength(100_000);
    await store.remove('two');
    expect(inStore('layers')).toEqual([]);
  });

  it('is found by its name alone', async () => {
    const store = await open();
    await addOver(store, 'one');
    await expect(store.get('two')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.use('../images/one')).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.remove('two')).rejects.toMatchObject({ code: 'not_found' });
    for (const name of ['', 'A', '../a', 'a/b', '-a', 'a'.repeat(201)]) {
      const adding = store.add(name, { kind: 'root', place: home() });
      await expect(adding).rejects.toMatchObject({ code: 'refused' });
    }
  });

  it('is there for the next process', async () => {
    const added = await addOver(await open(), 'one');
    const { name, digest, layers, config, bytes } = added;
    expect(await (await open()).get('one')).toMatchObject({ name, digest, layers, config, bytes });
  });

  it('is replaced by another of its name, whose former layers go when nobody uses them', async () => {
    const store = await open();
    await addOver(store, 'one');
    const lease = await store.use('one');
    const next = join(home(), 'next.tar');
    writeFileSync(next, await dockerArchive({ layers: [base] }));
    await store.add('one', { kind: 'oci', place: next });
    expect(lease.image.layers.map((path) => existsSync(path))).toEqual([true, true]);
    expect((await store.get('one')).layers).toHaveLength(1);
    await lease.release();
    await store.prune();
    expect(lease.image.layers.map((path) => existsSync(path))).toEqual([true, false]);
  });

  it('stays as it was when its replacement is refused', async () => {
    const store = await open();
    const { digest } = await addOver(store, 'one');
    const place = join(home(), 'bad.tar');
    writeFileSync(place, await tarOf([file('../a', 'x')]));
    await expect(store.add('one', { kind: 'root', place })).rejects.toMatchObject({ code: 'refused' });
    expect((await store.get('one')).digest).toBe(digest);
    expect(inStore('layers')).toHaveLength(2);
  });

  it('is out of reach of other users', async () => {
    await addOver(await open(), 'one');
    expect(statSync(root()).mode & 0o777).toBe(0o700);
    chmodSync(root(), 0o755);
    await expect(open()).rejects.toMatchObject({ code: 'failed', message: expect.stringContaining(root()) });
  });
});

describe('a lease', () => {
  it('keeps the image from being removed, also by another process', async () => {
    const store = await open();
    await addOver(store, 'one');
    const [first, second] = [await store.use('one'), await store.use('one')];
    const other = await open();
    await expect(other.remove('one')).rejects.toMatchObject({ code: 'in_use' });
    await first.release();
    await first.release();
    await expect(other.remove('one')).rejects.toMatchObject({ code: 'in_use' });
    expect(await other.list()).toMatchObject([{ name: 'one', inUse: true }]);
    await second.release();
    await other.remove('one');
    await expect(store.use('one')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is not given by an image that goes, or is replaced, in the moment before it is pinned', async () => {
    const [store, other] = [await open(), await open()];
    const beforePin = (change: () => Promise<unknown>) => {
      const pin = Pins.prototype.pin;
      vi.spyOn(Pins.prototype, 'pin').mockImplementationOnce(async function (this: Pins, pinned) {
        vi.restoreAllMocks();
        await change();
        return pin.call(this, pinned);
      });
    };
    const { digest } = await addOver(store, 'one');
    const next = join(home(), 'next.tar');
    writeFileSync(next, await dockerArchive({ layers: [base] }));
    beforePin(() => other.add('one', { kind: 'oci', place: next }));
    const lease = await store.use('one');
    expect(lease.image.layers).toHaveLength(1);
    expect(lease.image.digest).not.toBe(digest);
    await lease.release();
    beforePin(() => other.remove('one'));
    await expect(store.use('one')).rejects.toMatchObject({ code: 'not_found' });
    expect(inStore('pins')).toEqual([]);
  });

  it('ends with its store', async () => {
    const store = await open();
    await addOver(store, 'one');
    await store.use('one');
    await store.close();
    expect(inStore('pins')).toEqual([]);
  });

  it('of a process that crashed does not count', async () => {
    const store = await open();
    const { digest } = await addOver(store, 'one');
    // Another process had this one's number before.
    const owner = { ...(await ownerOf(process.pid)), startTime: '1' };
    const pin = join(root(), 'pins', `0123_${ownerInName(owner)}`);
    writeFileSync(pin, JSON.stringify({ name: 'one', digest, layers: [] }));
    await store.remove('one');
    expect(existsSync(pin)).toBe(false);
  });

  it('of a process elsewhere counts for a day', async () => {
    const store = await open();
    const { digest } = await addOver(store, 'one');
    const owner = { ...(await ownerOf(process.pid)), host: 'elsewhere' };
    const pin = join(root(), 'pins', `0123_${ownerInName(owner)}`);
    writeFileSync(pin, JSON.stringify({ name: 'one', digest, layers: [] }));
    clock = Date.now();
    await expect(store.remove('one')).rejects.toMatchObject({ code: 'in_use' });
    clock += 25 * 60 * 60 * 1_000;
    await store.remove('one');
  });

  it('is given by an image that a process was removing when it died', async () => {
    const store = await open();
    await addOver(store, 'one');
    renameSync(join(root(), 'images/one.json'), join(root(), 'condemned/one.json'));
    const lease = await store.use('one');
    expect(existsSync(lease.image.layers[0] ?? '')).toBe(true);
  });
});

describe('the cap', () => {
  /** Bytes of the base, and of a layer over it. */
  async function sizes(): Promise<{ readonly baseBytes: number; readonly ownBytes: number }> {
    const store = await open();
    const { bytes } = await addOver(store, 'measured');
    const place = join(home(), 'base.tar');
    writeFileSync(place, await dockerArchive({ layers: [base] }));
    const { bytes: baseBytes } = await store.add('alone', { kind: 'oci', place });
    await store.prune(0);
    return { baseBytes, ownBytes: bytes - baseBytes };
  }

  it('evicts the least recently used images, but none in use', async () => {
    const { baseBytes, ownBytes } = await sizes();
    const store = await open({ maxBytes: baseBytes + 3 * ownBytes });
    for (const name of ['one', 'two', 'three']) await addOver(store, name);
    clock += 1_000;
    await (await store.use('one')).release();
    const lease = await store.use('two');
    expect((await addOver(store, 'four')).evicted).toEqual(['three']);
    expect((await addOver(store, 'five')).evicted).toEqual(['one']);
    await lease.release();
    expect((await store.list()).map(({ name }) => name)).toEqual(['five', 'four', 'two']);
    expect(inStore('layers')).toHaveLength(4);
  });

  it('refuses an image that does not fit beside those in use, and evicts nothing for it', async () => {
    const { baseBytes, ownBytes } = await sizes();
    const store = await open({ maxBytes: baseBytes + 2 * ownBytes });
    for (const name of ['one', 'two']) await addOver(store, name);
    const leases = [await store.use('one'), await store.use('two')];
    await expect(addOver(store, 'three')).rejects.toMatchObject({ code: 'over_cap' });
    await expect(addOver(store, 'huge', 10 * (baseBytes + ownBytes))).rejects.toMatchObject({
      code: 'over_cap',
      message: expect.stringContaining('huge.tar'),
    });
    for (const lease of leases) await lease.release();
    await expect(addOver(store, 'large', 3 * ownBytes)).rejects.toMatchObject({ code: 'over_cap' });
    expect((await store.list()).map(({ name }) => name)).toEqual(['one', 'two']);
    expect(inStore('layers')).toHaveLength(3);
  });

  it('of a prune leaves what is in use', async () => {
    const store = await open();
    for (const name of ['one', 'two']) await addOver(store, name);
    await using lease = await store.use('one');
    const { removed, before, after } = await store.prune(0);
    expect(removed).toEqual(['two']);
    expect(after).toBe(lease.image.bytes);
    expect(before).toBeGreaterThan(after);
  });
});

describe('several at once', () => {
  it('may add the same image, in one process and in others', async () => {
    const stores = [await open(), await open()];
    const place = join(home(), 'root');
    const entries: Entry[] = Array.from({ length: 300 }, (_, i) => file(`d${i % 7}/f${i}`, 'x'.repeat(i)));
    writeFileSync(place, await tarOf(entries));
    const others = [1, 2].map(() => {
      const argv = [stepwellProgram(), 'images', 'add', 'same', '--from', `root:${place}`];
      return spawn(process.execPath, argv, { env: { ...process.env, STEPWELL_HOME: home() }, stdio: 'pipe' });
    });
    const added = await Promise.all([
      ...stores.flatMap((store) => [0, 1].map(() => store.add('same', { kind: 'root', place }))),
      ...others.map(async (child) => expect(await once(child, 'close')).toEqual([0, null])),
    ]);
    expect(added).toHaveLength(6);
    const { layers } = await (await open()).get('same');
    expect(readdirSync(join(layers[0] ?? '', 'd3'))).toHaveLength(43);
    expect([inStore('layers').length, inStore('tmp'), inStore('pins')]).toEqual([1, [], []]);
  });

  it('may use, evict and add: what is in use is always whole', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const [first, second] = [await open(), await open()];
    for (const name of names) await addOver(first, name);
    const use = async (store: ImageStore, name: string): Promise<void> => {
      try {
        await using lease = await store.use(name);
        const [below = '', own = ''] = lease.image.layers;
        expect(readFileSync(join(below, 'base/file'), 'utf8')).toHaveLength(100_000);
        expect(readFileSync(join(own, 'own', name), 'utf8').slice(0, 1)).toBe(name);
      } catch (error) {
        expect(error).toMatchObject({ code: 'not_found' });
        await addOver(store, name);
      }
    };
    for (let round = 0; round < 6; round += 1) {
      await Promise.all([
        second.prune(0),
        ...names.flatMap((name) => [use(first, name), use(second, name), use(first, name)]),
      ]);
    }
    for (const name of names) await use(first, name);
    expect(inStore('pins')).toEqual([]);
  });
});

describe('what is interrupted', () => {
  it('by its signal leaves nothing', async () => {
    const store = await open();
    const place = await endlessRoot();
    const abort = new AbortController();
    const adding = store.add('image', { kind: 'root', place }, { signal: abort.signal });
    const refused = expect(adding).rejects.toThrow('enough');
    await unpacking();
    abort.abort(new Error('enough'));
    await refused;
    expect(['layers', 'images', 'pins', 'tmp'].flatMap(inStore)).toEqual([]);
  });

  it('by the death of its unpacker leaves nothing', async () => {
    const store = await open();
    const adding = store.add('image', { kind: 'root', place: await endlessRoot() });
    const refused = expect(adding).rejects.toMatchObject({
      code: 'failed',
      message: /unpacker ended \(SIGKILL\)/,
    });
    await unpacking();
    process.kill(unpackerPid() ?? 0, 'SIGKILL');
    await refused.catch(async () => {
      await expect(adding).rejects.toThrow(/unpacker ended \(SIGKILL\)/);
    });
    expect(['layers', 'images', 'pins', 'tmp'].flatMap(inStore)).toEqual([]);
  });

  it('by the death of its process is swept by the next one', async () => {
    const place = await endlessRoot();
    mkdirSync(root(), { mode: 0o700 });
    mkdirSync(join(root(), 'tmp'));
    const argv = [stepwellProgram(), 'images', 'add', 'image', '--from', `root:${place}`];
    const child = spawn(process.execPath, argv, {
      env: { ...process.env, STEPWELL_HOME: home() },
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    await unpacking();
    const unpacker = unpackerPid();
    child.kill('SIGKILL');
    await ended;
    // It ends by itself, as its input has.
    await expect.poll(() => existsSync(`/proc/${unpacker}/fd`), { timeout: 20_000 }).toBe(false);
    expect(['layers', 'images'].flatMap(inStore)).toEqual([]);
    expect(inStore('tmp')).not.toEqual([]);
    const store = await open();
    expect(inStore('tmp')).toEqual([]);
    await store.prune();
    expect(inStore('pins')).toEqual([]);
  });
});
