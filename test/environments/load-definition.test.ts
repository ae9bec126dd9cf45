import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInImages } from '../../docker/images/definitions.ts';
import { definitionFault } from '../../environments/definition-fault.ts';
import { DefinitionError, loadDefinition, loadDefinitions } from '../../environments/load-definition.ts';
import { DEFINITIONS } from '../../environments/registry.ts';
import { stepwell } from '../cli/fake-terminal.ts';

const IMAGES = builtInImages.map(({ name }) => name);

const PARTS = `
  id: 'mine-v1',
  description: 'Mine.',
  readme: new URL('./README.md', import.meta.url),
  image: 'bash',
  record: z.strictObject({ id: z.string(), instruction: z.string() }),
  tasks: [{ id: 'a', instruction: 'Do it.' }],
  goldOf: () => 'true',
  begin: async () => { throw new Error('not played'); },`;

const source = (more: string) =>
  `import { defineEnvironment, z } from 'stepwell/environment';\nexport default defineEnvironment({${PARTS}\n${more}\n});\n`;

describe('an environment outside the source', () => {
  let home = '';
  let count = 0;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'stepwell-plug-in-'));
  });
  afterAll(() => rm(home, { recursive: true }));

  async function written(text: string, name = 'environment.ts'): Promise<string> {
    count += 1;
    const folder = join(home, `plug-in-${count}`);
    await mkdir(folder);
    await mkdir(join(folder, 'docs'));
    for (const readme of ['README.md', 'docs/mine.md']) await writeFile(join(folder, readme), '# Mine\n');
    await writeFile(join(folder, name), text);
    return folder;
  }

  it.each(['environment.ts', 'environment.js', 'environment.mjs'])('is loaded from %s', async (name) => {
    const path = await written(source("readme: new URL('./docs/mine.md', import.meta.url)"), name);
    const { definition, folder } = await loadDefinition(path);
    expect(folder).toBe(path);
    expect(definition).toMatchObject({ id: 'mine-v1', semantics: ['native'], builtIn: { name: 'built-in' } });
  });

  it('has its tasks in a folder of them, as datasets have, and a mistake in one is named', async () => {
    const folder = await written(source("tasks: new URL('./tasks/', import.meta.url)"));
    for (const id of ['b', 'a']) {
      await mkdir(join(folder, 'tasks', id), { recursive: true });
      await writeFile(join(folder, 'tasks', id, 'instruction.md'), `Do ${id}.\n`);
    }
    const { definition } = await loadDefinition(folder);
    expect(definition.builtIn).toMatchObject({
      name: 'built-in',
      image: 'bash',
      tasks: [
        { id: 'a', instruction: 'Do a.' },
        { id: 'b', instruction: 'Do b.' },
      ],
    });
    const other = await written(source("tasks: new URL('./tasks/', import.meta.url)"));
    await mkdir(join(other, 'tasks/a'), { recursive: true });
    await writeFile(join(other, 'tasks/a/task.toml'), '[stepwell]\ninstructoin = "Do it."\n');
    await expect(loadDefinition(other)).rejects.toThrow(
      /cannot be imported: .*tasks\/a\/task\.toml, line 2, field instructoin: unknown key "instructoin"; instruction/,
    );
  });

  it.each(DEFINITIONS)('has the form that $id has', (definition) => {
    expect(definitionFault(definition)).toBeNull();
  });

  const broken: [string, string, RegExp][] = [
    ['throws at its import', 'throw new Error("no key");', /cannot be imported: no key/],
    ['throws no error at its import', 'throw null;', /cannot be imported: it throws null/],
    ['has no default export', 'export const x = 1;', /no default export/],
    ['exports something else', 'export default { id: "mine-v1" };', /not made by `defineEnvironment`/],
    [
      'exports parts of its own making',
      'export default { id: "mine-v1", builtIn: { tasks: [] }, open: () => 1 };',
      /field description/,
    ],
    ['has no way to begin', source('begin: undefined'), /neither `begin` nor `open`/],
    ['has no function to begin', source('begin: {}'), /field begin: it must be a function/],
    ['has no function to open', source('open: 1'), /field open: it must be a function/],
    ['has no gold', source('goldOf: undefined'), /field goldOf: it must be a function/],
    [
      'has a gold that is no text',
      source('goldOf: () => 42'),
      /task 0 \(a\): the result of goldOf: .*string/,
    ],
    [
      'has a gold that throws',
      source('goldOf: () => { throw new Error("no gold") }'),
      /task 0 \(a\): goldOf throws: no gold/,
    ],
    ['has names that are none', source('namesOf: () => [1]'), /task 0 \(a\): the result of namesOf: field 0/],
    ['has no function for names', source('namesOf: []'), /field namesOf: it must be a function/],
    ['has no function for flaws', source('flawOf: true'), /field flawOf: it must be a function/],
    ['has no function for fields', source('fieldsOf: {}'), /field fieldsOf: it must be a function/],
    ['has no function for a dataset', source('served: {}'), /field served: it must be a function/],
    ['has no function for images', source('imagesOf: []'), /field imagesOf: it must be a function/],
    ['has images that are none', source('imagesOf: () => [1]'), /the result of imagesOf: field 0/],
    ['has no function for a folder', source("shared: 'x'"), /field shared: it must be a function/],
    ['has no description', source('description: undefined'), /field description: description is missing/],
    ['has a description that is no text', source('description: 1'), /field description: .*string/],
    ['has an id that is no text', source('id: 1'), /field id: .*string/],
    ['has semantics that are no list', source("semantics: 'native'"), /field semantics: .*array/],
    ['has no semantics', source('semantics: []'), /field semantics: it must name native/],
    ['has unknown semantics', source("semantics: ['other']"), /field semantics\.0: /],
    ['plays its golds in no known way', source("goldAs: 'step'"), /field goldAs: it must be a function/],
    ['plays a gold in no known way', source("goldAs: () => 'code'"), /goldAs.*"step"\|"answer"/],
    ['rewards a gold with more than 1', source('goldReward: () => 2'), /the result of goldReward: .*<=1/],
    ['has a prompt that is no object', source("prompt: '>'"), /field prompt: .*object/],
    [
      'has a prompt with a mistyped field',
      source("prompt: { first: '>', more: '>', untill: 'line' }"),
      /field prompt\.untill: unknown key "untill"; until is missing/,
    ],
    ['has a layout that is no object', source('layout: 1'), /field layout: .*object/],
    [
      'has a layout with a mistyped field',
      source('layout: { texts: {}, folders: {}, list: {} }'),
      /field layout\.list: unknown key "list"; did you mean lists\?/,
    ],
    ['has no image', source('image: undefined'), /field image: image is missing/],
    ['has an image that is a number', source('image: 1'), /field image: it must be the name of an image/],
    [
      'has an image with a mistyped field',
      source("image: { name: 'mine', from: 'bash', scirpt: 'true' }"),
      /field image\.scirpt: unknown key "scirpt"; did you mean script\?/,
    ],
    ['has images that are no list', source("images: 'mine'"), /field images: .*array/],
    ['has an image without a parent', source("images: [{ name: 'mine' }]"), /field images\.0\.from: from/],
    [
      'has a mistyped part',
      source('obsevration: {}'),
      /unknown key "obsevration"; did you mean observation\?/,
    ],
    ['has its README as a text', source("readme: './README.md'"), /field readme: it must be a URL/],
    [
      'has a folder as its README',
      source("readme: new URL('.', import.meta.url)"),
      /readme: there is no file /,
    ],
    ['has no list of tasks', source("tasks: 'a'"), /field tasks: it must be a list/],
    [
      'has a schema that asks for no instruction',
      source("record: z.object({ id: z.string() }), tasks: [{ id: 'a' }]"),
      /task 0, field instruction/,
    ],
    [
      'has a schema that cannot be used at once',
      source('record: z.looseObject({}).refine(async () => true)'),
      /it cannot be checked: /,
    ],
    [
      'has the name of a built-in image',
      source("image: { name: 'bash', from: 'docker:debian:12' }"),
      /image bash: Stepwell already has an image of this name/,
    ],
    [
      'has the name of an image of a built-in environment',
      source("image: { name: 'sql-built-in-sqlite', from: 'bash' }"),
      /image sql-built-in-sqlite: sql-v1 already has/,
    ],
    [
      'has two images of one name',
      source("images: [{ name: 'mine', from: 'bash' }, { name: 'mine', from: 'python' }]"),
      /image mine: it defines two images of this name/,
    ],
    ['names an image that nobody defines', source("image: 'bahs'"), /image bahs: no image has this name/],
    [
      'names an image of Docker as its own',
      source("image: 'docker:debian:12'"),
      /image docker:debian:12: .*give an image with this as its `from`/,
    ],
    [
      'has an image made from one that nobody defines',
      source("image: { name: 'mine', from: 'bahs' }"),
      /image mine: from bahs: no image has this name/,
    ],
    [
      'has an image that is made from itself',
      source("image: { name: 'mine', from: 'other' }, images: [{ name: 'other', from: 'mine' }]"),
      /image mine: from mine: it is made from itself/,
    ],
    ['has an id without a version', source("id: 'mine'"), /id "mine": use words and a version/],
    [
      'has no README',
      source("readme: new URL('./none.md', import.meta.url)"),
      /readme: there is no file .*none\.md/,
    ],
    ['has an option that is no schema', source('options: { a: 1 }'), /options\.a is not a zod schema/],
    [
      'has an option without words',
      source('options: { a: z.string().optional() }'),
      /options\.a has no description/,
    ],
    [
      'has an option that must be there',
      source("options: { a: z.string().describe('A.') }"),
      /must be optional/,
    ],
    [
      'has a common option',
      source("options: { seed: z.string().optional().describe('A.') }"),
      /options\.seed: this is the name/,
    ],
    [
      'has what JSON Schema lacks',
      source("options: { a: z.date().optional().describe('A.') }"),
      /JSON Schema/,
    ],
    ['has a task that is no record', source("tasks: [{ id: 'a' }]"), /task 0, field instruction/],
    ['has no task', source('tasks: []'), /no task/],
    [
      'has an id twice',
      source("tasks: [1, 2].map(() => ({ id: 'a', instruction: 'b' }))"),
      /task 1: another task/,
    ],
    [
      'has the id of a built-in one',
      source("id: 'bash-v1'"),
      /another environment already has the id bash-v1/,
    ],
  ];

  it.each(broken)('that %s is refused with file and reason', async (_what, text, reason) => {
    const folder = await written(text);
    const error = await loadDefinitions([folder], IMAGES).then(
      () => null,
      (fault: unknown) => fault,
    );
    expect(error).toBeInstanceOf(DefinitionError);
    expect(String(error)).toContain(folder);
    expect(String(error)).toMatch(reason);
  });

  it.each([
    ['id', "image: { name: 'other', from: 'bash' }", /already has the id mine-v1: that of /],
    ['image', "id: 'other-v1', image: { name: 'mine', from: 'bash' }", /image mine: .* already has an image/],
  ])('with the %s of another one is refused with the files of both', async (_what, more, reason) => {
    const first = await written(source("image: { name: 'mine', from: 'docker:debian:12' }"));
    const second = await written(source(more));
    const { exitCode, printed, complained } = await stepwell([
      'tasks',
      `--environment=${first}`,
      `--environment=${second}`,
    ]);
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' });
    expect(complained.startsWith(`stepwell: ${second}: `)).toBe(true);
    expect(complained).toContain(first);
    expect(complained).toMatch(reason);
  });

  it('may have an image made from another of its own, or from one of Docker', async () => {
    const images = "images: [{ name: 'below', from: 'docker:debian:12' }]";
    const folder = await written(source(`image: { name: 'above', from: 'below' }, ${images}`));
    const definition = (await loadDefinitions([folder], IMAGES)).at(-1)?.definition;
    expect(definition?.images.map(({ name }) => name)).toEqual(['above', 'below']);
  });

  it.each(['serve', 'play', 'check'])('that is broken makes %s exit with 2', async (command) => {
    const folder = await written(source("image: 'bahs'"));
    const named = command === 'check' ? [folder] : ['--environment', folder];
    const { exitCode, complained } = await stepwell([command, ...named, '--runtime', 'local']);
    expect(exitCode).toBe(2);
    expect(complained).toBe(
      `stepwell: ${folder}: image bahs: no image has this name; built in are base, bash, python, sql\n`,
    );
  });

  it('has its cheats beside its definition, and its path may have a comma', async () => {
    const plain = await written(source("readme: new URL('./docs/mine.md', import.meta.url)"));
    const folder = `${plain},2`;
    await rename(plain, folder);
    const without = await stepwell(['cheats', folder]);
    expect(without).toMatchObject({
      exitCode: 2,
      complained: `stepwell: mine-v1 has no cheats: put them into the folder ${folder}/cheats, or name another one with --from\n`,
    });
    await mkdir(join(folder, 'cheats'));
    await writeFile(join(folder, 'cheats/one.mjs'), '// cheat: x\n// scores: = 0\n\n1\n');
    const { complained } = await stepwell(['cheats', folder, '--cheat', 'two']);
    expect(complained).toBe('stepwell: --cheat: there is no cheat "two"; there are one\n');
  });

  it('that is not there, or has no definition, is refused before anything starts', async () => {
    const nowhere = join(home, 'nowhere');
    const { exitCode, printed, complained } = await stepwell(['serve', '--environment', nowhere]);
    expect({ exitCode, printed }).toEqual({ exitCode: 2, printed: '' });
    expect(complained).toBe(`stepwell: ${nowhere}: no such file or folder\n`);
    const other = await stepwell(['tasks', '--environment', join(home, '.')]);
    expect(other.exitCode).toBe(2);
    await mkdir(join(home, 'empty'));
    expect((await stepwell(['tasks', '--environment', `${home}/empty`])).complained).toContain(
      'environment.ts',
    );
  });
});
