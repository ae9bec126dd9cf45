import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DefinitionError, loadDefinition, loadDefinitions } from '../../environments/load-definition.ts';
import { stepwell } from '../cli/fake-terminal.ts';

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

  const broken: [string, string, RegExp][] = [
    ['throws at its import', 'throw new Error("no key");', /cannot be imported: no key/],
    ['has no default export', 'export const x = 1;', /no default export/],
    ['exports something else', 'export default { id: "mine-v1" };', /not made by `defineEnvironment`/],
    ['has no way to begin', source('begin: undefined'), /neither `begin` nor `open`/],
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
    const error = await loadDefinitions([folder]).then(
      () => null,
      (fault: unknown) => fault,
    );
    expect(error).toBeInstanceOf(DefinitionError);
    expect(String(error)).toContain(folder);
    expect(String(error)).toMatch(reason);
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
