import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Command } from 'commander';
import { extract, pack } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { type CheckImported, declareCommand } from '../../clients/cli/import.ts';
import { run } from '../../clients/cli/program.ts';
import { loadDatasets } from '../../environments/dataset-store.ts';
import { absentPrograms, itUnless } from '../requirements.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { FakeTerminal } from './fake-terminal.ts';

const home = temporaryFolder();
const source = temporaryFolder();

async function write(path: string, content: unknown): Promise<void> {
  const file = join(source(), path);
  await mkdir(join(file, '..'), { recursive: true });
  const plain = typeof content === 'string' || Buffer.isBuffer(content);
  await writeFile(file, plain ? content : JSON.stringify(content));
}

async function tar(...names: string[]): Promise<Buffer> {
  const out = pack();
  for (const name of names) out.entry({ name, mode: 0o640, mtime: new Date(86_400_000) }, 'content');
  out.finalize();
  return buffer(out);
}

async function members(file: string): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of createReadStream(file).pipe(extract())) {
    names.push(`${entry.header.name} ${entry.header.mode?.toString(8)}`);
    entry.resume();
  }
  return names;
}

/** Import without playing anything. */
async function imported(...argv: string[]) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: home() });
  const status = await run(['import', ...argv, '--no-check'], terminal);
  return { status, lines: terminal.printed.trimEnd().split('\n'), errors: terminal.complained };
}

/** Import with another check than one that plays. */
async function importedWith(check: CheckImported, argv: readonly string[]) {
  const terminal = new FakeTerminal('', { STEPWELL_HOME: home() });
  const command = new Command();
  declareCommand(command, { terminal, exit: () => {}, environmentId: (id) => id }, check);
  await command.parseAsync([...argv], { from: 'user' });
  return terminal.printed.trimEnd().split('\n');
}

const TASKS = [
  { query: 'List.', gold: 'ls' },
  { query: 'Do both.', gold: ['a', 'b'], note: 'kept out' },
];

describe('stepwell import intercode', () => {
  it('makes a dataset of each set, reports it and prints the next command', async () => {
    await write('nl2bash/nl2bash_fs_2.json', TASKS);
    await write('nl2bash/fs_2.tar', await tar('system/a.txt'));
    await write('nl2bash/nl2bash_fs_4.json', TASKS.slice(1));
    await write('ctf/ic_ctf.json', []);
    const { status, lines } = await imported('intercode', source());
    expect(status).toBe(0);
    expect(lines.join('\n')).toMatch(
      /nl2bash-fs2 for bash-v1: 2 tasks.*\n.*nl2bash-fs4 for bash-v1: 1 tasks.*\nleft out ctf: .*\nnext: /,
    );
    const [two, four] = await loadDatasets(home());
    expect(two).toMatchObject({
      name: 'nl2bash-fs2',
      image: 'nl2bash-fs2',
      definition: { name: 'nl2bash-fs2', from: 'bash', gitAtRoot: true },
      tasks: [
        { id: 'fs2-0', instruction: 'List.', gold: 'ls' },
        { id: 'fs2-1', instruction: 'Do both.', gold: ['a', 'b'] },
      ],
    });
    expect(await members(two?.definition?.tree ?? '')).toEqual([
      'system/a.txt 640',
      'setup_nl2b_fs_2.sh 755',
    ]);
    expect(four?.name).toBe('nl2bash-fs4');
  });

  it('takes the folder of the sets itself, and replaces what was imported before', async () => {
    await write('nl2bash_fs_4.json', TASKS);
    expect((await imported('intercode', source())).status).toBe(0);
    await write('nl2bash_fs_4.json', TASKS.slice(1));
    expect((await imported('intercode', source())).status).toBe(0);
    expect((await loadDatasets(home())).map(({ tasks }) => tasks.length)).toEqual([1]);
    expect(await readdir(join(home(), 'datasets'))).toEqual(['nl2bash-fs4']);
  });

  it.each([
    ['a field that is missing', [...TASKS, { query: 'x' }], /nl2bash_fs_4\.json, record 2, field gold: /],
    ['a field of the wrong kind', [{ query: 1, gold: 'x' }], /record 0, field query: /],
    ['a record that is none', ['x'], /record 0: /],
    ['no list', {}, /not a list of records/],
    ['broken JSON', '[{"query": NaN}]', /nl2bash_fs_4\.json: not JSON: .*NaN/],
  ])('refuses %s before anything is written', async (_, content, message) => {
    await write('nl2bash_fs_1.json', TASKS);
    await write('fs_1.tar', await tar('testbed/a'));
    await write('nl2bash_fs_4.json', content);
    const { status, errors } = await imported('intercode', source());
    expect(status).toBe(2);
    expect(errors).toMatch(message);
    expect(await readdir(home())).toEqual([]);
  });

  it.each(['/etc/passwd', '../x', 'a/../../x'])('refuses a tree with a member %s', async (name) => {
    await write('nl2bash_fs_1.json', TASKS);
    await write('fs_1.tar', await tar('testbed/a', name));
    expect(await imported('intercode', source())).toMatchObject({
      status: 2,
      errors: expect.stringMatching(/fs_1\.tar: member/),
    });
  });

  it('refuses a set without its tree, a folder with nothing in it, and none', async () => {
    expect((await imported('intercode', source())).status).toBe(2);
    await write('nl2bash_fs_1.json', TASKS);
    expect((await imported('intercode', source())).errors).toMatch(/fs_1\.tar: /);
    expect((await imported('intercode', join(source(), 'nowhere'))).status).toBe(2);
  });

  it('reports what is wrong with a command line', async () => {
    expect((await imported('intercode')).status).toBe(2);
    expect((await imported('other', 'x')).status).toBe(2);
    expect((await imported('--help')).status).toBe(0);
  });
});

describe('the check of an import', () => {
  const mark = { kind: 'no_op_wins', reason: 'Nothing to do.' } as const;
  const found =
    (...faults: readonly string[]): CheckImported =>
    async (_terminal, names, runtime) =>
      names.map((dataset) => ({
        environment: 'bash-v1',
        dataset,
        tasks: 2,
        engine: runtime ?? 'docker',
        marks: [{ id: 'fs4-1', ungradable: mark }],
        faults: faults.map((fault) => ({ id: 'fs4-0', fault })),
      }));

  beforeEach(() => write('nl2bash_fs_4.json', TASKS));

  it('marks ungradable tasks in the files and reports them', async () => {
    expect(await importedWith(found(), ['intercode', source(), '--runtime', 'local'])).toEqual([
      expect.stringMatching(/^imported nl2bash-fs4/),
      expect.stringMatching(/^checked nl2bash-fs4 for bash-v1: 1 of 2 gradable/),
      expect.stringMatching(/^ {2}fs4-1: no-op wins/),
      expect.stringMatching(/^next: /),
    ]);
    const [dataset] = await loadDatasets(home());
    expect(dataset?.checked).toBe(true);
    expect(dataset?.tasks.map(({ ungradable }) => ungradable)).toEqual([undefined, mark]);
    const file = await readFile(join(home(), 'datasets/nl2bash-fs4/dataset.json'), 'utf8');
    expect(JSON.parse(file).check).toEqual({ at: expect.any(String), engine: 'local' });
  });

  it('leaves a dataset unchecked of which a task could not be tried', async () => {
    await importedWith(found('it died'), ['intercode', source()]);
    const [dataset] = await loadDatasets(home());
    expect(dataset).toMatchObject({ checked: false, tasks: [{ id: 'fs4-0' }, { ungradable: mark }] });
  });

  it('is left out where that is asked for', async () => {
    const check: CheckImported = () => Promise.reject(new Error('not wanted'));
    const lines = await importedWith(check, ['intercode', source(), '--no-check']);
    expect(lines.join()).not.toContain('not checked');
    expect((await loadDatasets(home()))[0]?.checked).toBe(false);
  });

  it('imports without trying the tasks if no engine is available', async () => {
    const check: CheckImported = () => Promise.reject(new Error('no engine'));
    expect(await importedWith(check, ['intercode', source()])).toContain('not checked: no engine');
    expect(await loadDatasets(home())).toHaveLength(1);
  });
});

describe('stepwell import humaneval', () => {
  const record = {
    task_id: 'T/0',
    prompt: 'def twice(x):\n    """Twice x."""\n',
    entry_point: 'twice',
    canonical_solution: '    return 2 * x\n',
    test: 'def check(candidate):\n    assert candidate(2) == 4\n',
  };

  it('makes a dataset of a file, by its name or a given one', async () => {
    await write('Mine.jsonl', `${JSON.stringify(record)}\n`);
    const { status, lines } = await imported('humaneval', join(source(), 'Mine.jsonl'));
    expect({ status, first: lines[0] }).toEqual({
      status: 0,
      first: expect.stringContaining('imported mine for python-v1: 1 tasks'),
    });
    await imported('humaneval', join(source(), 'Mine.jsonl'), '--name', 'other');
    expect((await loadDatasets(home())).map(({ name, environment }) => `${environment} ${name}`)).toEqual([
      'python-v1 mine',
      'python-v1 other',
    ]);
  });

  it('refuses an invalid dataset name and an invalid file', async () => {
    await write('mine.jsonl', `${JSON.stringify(record)}\n`);
    const { status, errors } = await imported('humaneval', join(source(), 'mine.jsonl'), '--name', '../x');
    expect({ status, errors }).toEqual({
      status: 2,
      errors: expect.stringContaining('not a valid dataset name'),
    });
    expect((await imported('humaneval', join(source(), 'none.jsonl'))).status).toBe(2);
  });
});

describe('stepwell import harbor', () => {
  const harbor = async (...argv: string[]) => {
    const terminal = new FakeTerminal('', { STEPWELL_HOME: home() });
    const status = await run(['import', 'harbor', ...argv], terminal);
    return { status, lines: terminal.printed.trimEnd().split('\n'), errors: terminal.complained };
  };
  const task = async (name: string, toml = 'schema_version = "1.4"\n') => {
    await write(`${name}/task.toml`, toml);
    await write(`${name}/instruction.md`, 'Do it.');
    await write(`${name}/tests/test.sh`, 'echo 1 > /logs/verifier/reward.txt');
  };

  it('copies the tasks that can be played, and says why it leaves the others out', async () => {
    await task('tasks/good');
    await task('tasks/gpu', 'schema_version = "1.4"\n[environment]\ngpus = 1\n');
    await write('tasks/notes/README.md', 'no task');
    const { status, lines } = await harbor(join(source(), 'tasks'), '--name', 'mine');
    expect(status).toBe(0);
    expect(lines).toEqual([
      `imported mine for terminal-v1: 1 tasks, in ${join(home(), 'datasets/mine')}`,
      expect.stringMatching(
        /^left out gpu: .*task.toml, line 3, field environment.gpus: not supported for now/,
      ),
      'next: stepwell play --dataset mine (the first episode builds its image, if it has one)',
    ]);
    const [dataset] = await loadDatasets(home());
    expect(dataset).toMatchObject({ name: 'mine', environment: 'terminal-v1', tasks: [{ id: 'good' }] });
    await task('other/better');
    expect((await harbor(join(source(), 'other'), '--name', 'mine')).status).toBe(0);
    expect((await loadDatasets(home()))[0]?.tasks).toMatchObject([{ id: 'better' }]);
    expect(await readdir(join(home(), 'datasets'))).toEqual(['mine']);
  });

  it('takes the folder of one task, too', async () => {
    await task('alone');
    expect((await harbor(join(source(), 'alone'))).status).toBe(0);
    expect(await loadDatasets(home())).toMatchObject([{ name: 'alone', tasks: [{ id: 'alone' }] }]);
  });

  it('writes nothing if no task can be played', async () => {
    await task('bad/gpu', 'schema_version = "2.0"\n');
    const refused = await harbor(join(source(), 'bad'));
    expect(refused.status).not.toBe(0);
    expect(refused.errors).toContain('no task of this folder can be played; e.g. gpu:');
    expect(refused.errors).toContain('unknown schema version');
    await mkdir(join(source(), 'empty'));
    expect((await harbor(join(source(), 'empty'))).errors).toContain('no folder with a task.toml');
    expect((await harbor(join(source(), 'nowhere'))).errors).toContain('no such folder');
    expect(await readdir(join(home(), 'datasets')).catch(() => [])).toEqual([]);
  });
});

describe('the imports of task folders', () => {
  const DATASETS = 'environments/terminal/datasets';
  const imports = async (...argv: string[]) => {
    const terminal = new FakeTerminal('', { STEPWELL_HOME: home() });
    const status = await run(['import', ...argv], terminal);
    return { status, first: terminal.printed.split('\n')[0], errors: terminal.complained };
  };

  itUnless(
    absentPrograms(['git']).join() || null,
    'take relative paths, and name a dataset after its file',
    async () => {
      const repositories = `${DATASETS}/repositories`;
      const made = await imports(
        'swe-bench',
        `${repositories}/tasks.jsonl`,
        '--repositories',
        repositories,
        '--hints',
      );
      expect(made).toMatchObject({
        status: 0,
        first: expect.stringMatching(/^imported tasks for terminal-v1: 6 tasks/),
      });
      const flags = await imports('ctf', `${DATASETS}/ctf/tasks.jsonl`, '--plain', '--name', 'flags');
      expect(flags).toMatchObject({
        status: 0,
        first: expect.stringMatching(/^imported flags for terminal-v1: 12 tasks/),
      });
      expect((await loadDatasets(home())).map(({ name }) => name).sort()).toEqual(['flags', 'tasks']);
    },
  );

  it('refuse what is not there, and a missing flag', async () => {
    for (const argv of [
      ['terminal-bench', 'nowhere'],
      ['ctf', 'nowhere.json'],
      ['swe-bench', 'nowhere.jsonl'],
    ]) {
      const { status, errors } = await imports(...argv);
      expect({ status, errors }).toEqual({
        status: 2,
        errors: expect.stringMatching(/no such folder|--repositories/),
      });
    }
  });
});
