import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { PublishedDataset } from '../../../environments/import/dataset-writer.ts';
import { writeDatasets } from '../../../environments/import/intercode.ts';

const MTIME = new Date(0);

function dataset(name: string, ...sizes: number[]): PublishedDataset {
  return {
    name,
    tasks: 1,
    tree: null,
    added: sizes.map((size, index) => ({
      name: `file-${index}`,
      content: Buffer.alloc(size),
      mode: 0o644,
      mtime: MTIME,
    })),
    file: {
      format: 1,
      environment: 'bash-v1',
      image: { name, from: 'bash', tree: 'tree.tar' },
      tasks: [{ id: 'a', instruction: 'x', gold: 'x' }],
    },
  };
}

it('tells its progress by the bytes that are written, and never back', async () => {
  const home = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  try {
    const told: [string, number][] = [];
    await writeDatasets([dataset('a', 100, 500), dataset('b', 400)], home, (doing, share) =>
      told.push([doing, share]),
    );
    expect(told).toEqual([
      ['writing a', 0],
      ['writing a', 0.1],
      ['writing a', 0.6],
      ['writing b', 0.6],
      ['writing b', 1],
    ]);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
