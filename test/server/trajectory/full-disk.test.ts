import { execFileSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, buildApp } from '../../../server/app.ts';
import { createConfig } from '../../../server/config/config.ts';
import { trajectoriesIn } from '../../trajectories.ts';
import { FakeEnvironment } from '../fake-environment.ts';
import { Wire } from '../test-server.ts';

/** Mount a small disk at the folder. @returns why it cannot be */
function mount(folder: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,nr_inodes=20', 'none', folder], { stdio: 'pipe' });
    return null;
  } catch (error) {
    return `no small disk can be mounted here: ${error instanceof Error ? error.message : error}`;
  }
}

const trial = mkdtempSync(join(tmpdir(), 'stepwell-disk-'));
const missing = mount(trial);
if (missing === null) execFileSync('umount', [trial]);
rmSync(trial, { recursive: true });

beforeAll(() => {
  if (missing !== null) console.warn(missing);
});

let folder: string;
let fake: FakeEnvironment;
let app: App;
let wire: Wire;

beforeEach(async () => {
  if (missing !== null) return;
  folder = mkdtempSync(join(tmpdir(), 'stepwell-disk-'));
  mount(folder);
  fake = new FakeEnvironment();
  const config = createConfig({ drain_timeout_ms: 2_000 });
  app = await buildApp({
    config,
    environments: [fake],
    trajectories: folder,
    log: pino({ level: 'silent' }),
  });
  wire = await Wire.connect(`${await app.fastify.listen({ host: '127.0.0.1', port: 0 })}/v1`);
});

afterEach(async () => {
  if (missing !== null) return;
  wire.socket.close();
  await app.close();
  execFileSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true });
});

const filler = (): string => join(folder, 'filler');

/** Fill the disk but for so many bytes of its last page. */
function fill(): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(filler(), Buffer.alloc(Number(bavail) * Number(bsize)));
}

/** The events of every trajectory; a half-written line would not parse. */
function events(): string[] {
  const texts = trajectoriesIn(folder).map((path) => readFileSync(path, 'utf8'));
  for (const text of texts) expect(text.endsWith('\n')).toBe(true);
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).event),
  );
}

test.skipIf(missing !== null)(
  'a reset that a full disk refuses leaves no file, and its sandbox goes back',
  async () => {
    fill();
    for (let n = 1; n <= 30; n += 1) {
      expect(await wire.error('episode/reset', { environment: 'fake-v1' })).toMatchObject({
        data: { name: 'internal_error', retryable: true },
      });
      expect(trajectoriesIn(folder)).toEqual([]);
    }
    expect(fake.plays.map(({ released }) => released)).toEqual(Array(30).fill(1));
    unlinkSync(filler());
    await wire.reset();
    expect(events()).toEqual(['reset']);
  },
);

test.skipIf(missing !== null)('so is one for want of inodes', async () => {
  const names = Array.from({ length: 40 }, (_, n) => join(folder, `file-${n}`));
  const made = names.filter((name) => {
    try {
      writeFileSync(name, '');
      return true;
    } catch {
      return false;
    }
  });
  await wire.error('episode/reset', { environment: 'fake-v1' });
  expect(readdirSync(folder)).toHaveLength(made.length);
  // One for the day's folder, one for the file.
  for (const name of made.slice(0, 2)) unlinkSync(name);
  await wire.reset();
});

test.skipIf(missing !== null)(
  'a line that does not fit is taken back whole, and written when there is room',
  async () => {
    const episode_id = await wire.reset();
    fill();
    const action = { code: 'echo once', metadata: { padding: 'x'.repeat(6_000) } };
    const step = { episode_id, step: 1, action };
    expect(await wire.error('episode/step', step)).toMatchObject({ data: { name: 'internal_error' } });
    expect(events()).toEqual(['reset']);
    expect(await wire.error('episode/step', step)).toMatchObject({ data: { name: 'internal_error' } });
    unlinkSync(filler());
    expect(await wire.result('episode/step', step)).toMatchObject({ step: 1, replayed: true });
    await wire.result('episode/close', { episode_id });
    expect(events()).toEqual(['reset', 'step', 'close']);
    expect(fake.plays[0]?.acted).toEqual(['echo once']);
  },
);

test.skipIf(missing !== null)('an undo whose line does not fit says that it has been made', async () => {
  const episode_id = await wire.reset();
  const [path = ''] = trajectoriesIn(folder);
  const size = (): number => readFileSync(path).length;
  const step = (padding: string) =>
    wire.result('episode/step', { episode_id, action: { code: 'echo a', metadata: { padding } } });
  const before = size();
  await step('');
  // The second line ends shortly before the end of a page: an undo takes more than that.
  const end = 2 * size() - before;
  await step('x'.repeat((2 * 4_096 - (end % 4_096) - 60) % 4_096));
  fill();
  expect(await wire.error('episode/undo', { episode_id })).toMatchObject({
    message: expect.stringMatching(/^The undo has been made: step 2 is next\. The trajectory could not be/),
    data: { name: 'internal_error', undone: true, step_count: 1 },
  });
  expect(await wire.result('episode/state', { episode_id })).toMatchObject({ step_count: 1 });
  expect((await wire.error('episode/undo', { episode_id })).data.undone).toBeUndefined();
  unlinkSync(filler());
  expect(await wire.result('episode/step', { episode_id, step: 2, action: 'echo b' })).toMatchObject({
    step: 2,
  });
  expect(events()).toEqual(['reset', 'step', 'step', 'undo', 'step']);
});

test.skipIf(missing !== null)('so is a large one', async () => {
  const episode_id = await wire.reset({ max_output_bytes: 16_777_216 });
  const step = { episode_id, step: 1, action: 'big 500000' };
  expect(await wire.error('episode/step', step)).toMatchObject({ data: { name: 'internal_error' } });
  expect(events()).toEqual(['reset']);
});

test.skipIf(missing !== null)('episodes that are closed on a full disk keep no file open', async () => {
  const open = (): number => readdirSync('/proc/self/fd').length;
  const ids: string[] = [];
  for (let n = 0; n < 10; n += 1) ids.push(await wire.reset());
  const before = open();
  fill();
  // Together they are more than what is left of a page.
  const padding = 'x'.repeat(4_000);
  for (const episode_id of ids) {
    await wire.error('episode/step', { episode_id, action: { code: 'echo a', metadata: { padding } } });
    wire.request('episode/close', { episode_id });
    await wire.answer();
  }
  expect(open()).toBeLessThanOrEqual(before - 10);
});
