import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDatasets } from '../../../../environments/dataset-store.ts';
import { type CtfOptions, importCtf } from '../../../../environments/import/folders/ctf.ts';
import { datasetFolders, refused } from '../../dataset-folders.ts';

const folders = datasetFolders();
const RECORD = {
  task_id: 3,
  query: 'Find it.',
  gold: "pico{it's}",
  source: 'https://example.org',
  tags: ['General'],
};

async function imported(records: unknown, options: Partial<CtfOptions> = {}) {
  await folders.write({
    'ic_ctf.json': typeof records === 'string' ? records : JSON.stringify(records, null, 1),
  });
  return importCtf(folders.path('ic_ctf.json'), { home: folders.path('home'), name: 'mine', ...options });
}
const inTask = (...names: string[]) => folders.path(join('home/datasets/mine', ...names));

it('a record becomes a task in an image with tools, with its files and a file for the answer', async () => {
  await folders.write({ 'task_assets/3/note.txt': 'a', 'task_assets/4/other.txt': 'b' });
  const { imported: made, left } = await imported([RECORD, { ...RECORD, task_id: 5, hint: 'Look.' }]);
  expect({ made, left }).toMatchObject({ made: [{ name: 'mine', tasks: 2 }], left: [] });
  const [dataset] = await loadDatasets(folders.path('home'));
  expect(dataset?.tasks).toMatchObject([
    {
      id: 'ctf-3',
      instruction:
        'Find it.\n\nIts files are in /ctf/3. Submit the flag (`submit <flag>`), or write it to /ctf/answer.txt and submit.',
      tags: ['General'],
      image: { dockerfile: inTask('ctf-3/environment') },
      workdir: '/ctf/3',
      start: inTask('ctf-3/start'),
      answer: '/ctf/answer.txt',
      gold: expect.stringContaining("printf '%s\\n' 'pico{it'\\''s}' > /ctf/answer.txt"),
    },
    { id: 'ctf-5', instruction: expect.not.stringContaining('Look.') },
  ]);
  expect(await readdir(inTask('ctf-3/start/files'))).toEqual(['note.txt']);
  expect(await readFile(inTask('ctf-3/tests/flag.txt'), 'utf8')).toBe("pico{it's}\n");
  expect(await readdir(inTask('ctf-5'))).not.toContain('start');
  const dockerfile = (task: string) => readFile(inTask(task, 'environment/Dockerfile'), 'utf8');
  expect(await dockerfile('ctf-3')).toBe(await dockerfile('ctf-5'));
});

it('hints, a folder of files and the plain image are options; a setup runs before the agent', async () => {
  await folders.write({ 'files/x/a': '' });
  const record = { ...RECORD, task_id: 'x', hint: 'Look.', setup: 'touch there' };
  await imported([record], { hints: true, plain: true, assets: folders.path('files') });
  const [dataset] = await loadDatasets(folders.path('home'));
  expect(dataset?.tasks).toMatchObject([
    { id: 'x', image: null, instruction: expect.stringContaining('Hint: Look.') },
  ]);
  expect(await readFile(inTask('x/start/start.sh'), 'utf8')).toBe(
    'set -e\ncp -a /start/files/. .\ntouch there\n',
  );
});

it('large files become a part of the image, or there is none', async () => {
  await folders.write({ 'task_assets/3/disk.img': Buffer.alloc(9 * 1024 * 1024), 'task_assets/5/small': '' });
  await imported([RECORD]);
  expect(await readFile(inTask('ctf-3/environment/Dockerfile'), 'utf8')).toMatch(/\nCOPY files \/ctf\/3\n$/);
  expect(await readdir(inTask('ctf-3/environment/files'))).toEqual(['disk.img']);
  const { left } = await imported([RECORD, { ...RECORD, task_id: 5 }], { plain: true });
  expect(left).toEqual([{ name: 'ctf-3', reason: expect.stringContaining('its files have 9437184 bytes') }]);
});

it('a service is started with the flag in its environment', async () => {
  await folders.write({
    'task_assets/none': '',
    'services/door/start.sh': 'true\n',
    'services/door/door.py': '',
  });
  await imported([{ ...RECORD, service: 'services/door' }]);
  expect(await readFile(inTask('ctf-3/start/start.sh'), 'utf8')).toContain(
    "cd /start/service && FLAG='pico{it'\\''s}' exec bash start.sh\n",
  );
  expect((await readdir(inTask('ctf-3/start/service'))).sort()).toEqual(['door.py', 'start.sh']);
});

it.each<[string, unknown, string]>([
  [
    'a missing key',
    [RECORD, { task_id: 4, query: 'x' }],
    'ic_ctf.json, line 11, record 1, field gold: gold is missing',
  ],
  ['a misspelt key', [{ ...RECORD, set_up: 'x' }], 'field set_up: unknown key "set_up"; did you mean setup?'],
  [
    'a wrong type',
    [{ ...RECORD, query: 7 }],
    'line 4, record 0, field query: Invalid input: expected string, received number',
  ],
  ['a flag of two lines', [{ ...RECORD, gold: 'a\nb' }], 'field gold: a flag is one line'],
  ['an id that leads out', [{ ...RECORD, task_id: '../x' }], 'field task_id: use letters, digits, - and _'],
  ['an id that another has', [RECORD, RECORD], 'another task is already called ctf-3'],
  ['a service that is not there', [{ ...RECORD, service: 'none' }], 'field service: none has no start.sh'],
  [
    'a service that leads out',
    [{ ...RECORD, service: '../x' }],
    'field service: use a folder beside the file',
  ],
  ['no records', [], 'the file has no records'],
  ['no list', {}, 'the file has no records'],
  ['text that is not JSON', '[{]', 'ic_ctf.json, line 1: not JSON'],
])('%s is refused, and nothing is written', async (_, records, message) => {
  await folders.write({ 'task_assets/3/a': '' });
  expect((await refused(imported(records))).message).toContain(message);
  expect(await readdir(folders.path('home')).catch(() => [])).toEqual([]);
});

it('the folder of the files must be there', async () => {
  expect((await refused(imported([RECORD]))).message).toMatch(
    /task_assets: no such folder; name .* by --assets$/,
  );
});
