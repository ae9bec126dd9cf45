import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadGolds } from '../../environments/golds.ts';

it('has the golds of built-in and imported tasks, each as one action', async () => {
  const home = await mkdtemp(join(tmpdir(), 'stepwell-test-'));
  try {
    const folder = join(home, 'datasets/mine');
    await mkdir(folder, { recursive: true });
    const tasks = [
      { id: 'a', instruction: 'Do it.', gold: ['cd /tmp', 'ls'] },
      { id: 'b', instruction: 'Do it.', gold: 'pwd' },
    ];
    const image = { name: 'bash', from: 'bash' };
    await writeFile(
      join(folder, 'dataset.json'),
      JSON.stringify({ format: 1, environment: 'bash-v1', image, tasks }),
    );
    const golds = await loadGolds(home);
    expect(golds.map(({ environment, dataset }) => `${environment} ${dataset}`)).toEqual([
      'bash-v1 built-in',
      'sql-v1 built-in',
      'python-v1 built-in',
      'terminal-v1 built-in',
      'bash-v1 mine',
    ]);
    expect(golds.at(-1)?.golds).toEqual([
      { id: 'a', index: 0, code: 'cd /tmp;ls', as: 'step' },
      { id: 'b', index: 1, code: 'pwd', as: 'step' },
    ]);
    for (const { golds: all } of golds) expect(all.every(({ code }) => code !== '')).toBe(true);
  } finally {
    await rm(home, { recursive: true });
  }
});
