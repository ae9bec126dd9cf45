import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDatasets } from '../../../../environments/dataset-store.ts';
import { importTerminalBench } from '../../../../environments/import/folders/terminal-bench.ts';
import { datasetFolders, refused } from '../../dataset-folders.ts';

const folders = datasetFolders();
const YAML =
  'instruction: |-\n  Do it.\n  Well.\ntags: [easy]\nparser_name: pytest\nmax_agent_timeout_sec: 60\n';
const COMPOSE = [
  'services:',
  '  client:',
  '    build:',
  '      dockerfile: Dockerfile',
  `    image: \${T_BENCH_TASK_DOCKER_CLIENT_IMAGE_NAME}`,
  '    command: [ "sh", "-c", "sleep infinity" ]',
  '    environment:',
  `      - TEST_DIR=\${T_BENCH_TEST_DIR}`,
  '      - LEVEL=3',
  '    volumes:',
  `      - \${T_BENCH_TASK_LOGS_PATH}:\${T_BENCH_CONTAINER_LOGS_PATH}`,
].join('\n');
const TASK = {
  'task.yaml': YAML,
  'run-tests.sh': 'pytest $TEST_DIR/test_outputs.py -rA\n',
  'tests/test_outputs.py': 'def test_it(): pass\n',
  'solution.sh': 'touch done\n',
  'docker-compose.yaml': COMPOSE,
  Dockerfile: 'FROM debian\nWORKDIR /app\nCOPY data .\nCOPY . /all\n',
  'data/a.txt': 'a',
};

const write = (name: string, files: Readonly<Record<string, string>>) =>
  folders.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text])));
const imported = (name = 'mine') => importTerminalBench(folders.path('tasks'), folders.path('home'), name);

describe('a task of Terminal-Bench 1', () => {
  it('becomes a folder of Harbor, without tests and solution in the context of its image', async () => {
    await write('tasks/one', TASK);
    const { imported: made, left } = await imported();
    expect({ made, left }).toEqual({
      made: [
        { name: 'mine', environment: 'terminal-v1', tasks: 1, folder: folders.path('home/datasets/mine') },
      ],
      left: [],
    });
    const folder = folders.path('home/datasets/mine/one');
    expect((await readdir(join(folder, 'environment'))).sort()).toEqual(['Dockerfile', 'data']);
    expect((await readdir(join(folder, 'tests'))).sort()).toEqual([
      'run-tests.sh',
      'test.sh',
      'test_outputs.py',
    ]);
    expect((await stat(join(folder, 'tests/test.sh'))).mode & 0o777).toBe(0o755);
    const [dataset] = await loadDatasets(folders.path('home'));
    expect(dataset?.tasks).toMatchObject([
      {
        id: 'one',
        instruction: 'Do it.\nWell.',
        tags: ['easy'],
        env: { LEVEL: '3' },
        agent_timeout_sec: 60,
        image: { dockerfile: join(folder, 'environment') },
        gold: expect.stringContaining('touch done'),
      },
    ]);
  });

  it('is imported again with the same files', async () => {
    await write('tasks/one', TASK);
    await imported();
    const text = () => readFile(folders.path('home/datasets/mine/one/task.toml'), 'utf8');
    const first = await text();
    await imported();
    expect(await text()).toBe(first);
    expect(await readdir(folders.path('home/datasets'))).toEqual(['mine']);
  });

  it('may have its Dockerfile in another folder, under another name, and commands for a solution', async () => {
    const { 'solution.sh': _, Dockerfile: __, ...files } = TASK;
    await write('tasks/one', {
      ...files,
      'docker-compose.yaml':
        'services:\n  client:\n    build: {context: ./image, dockerfile: My.dockerfile}\n    working_dir: /srv\n',
      'image/My.dockerfile': 'FROM debian:12\n',
      'solution.yaml': '- command: cd /\n  min_timeout_sec: 1\n- command: touch b\n  block: true\n',
    });
    await imported();
    const folder = folders.path('home/datasets/mine/one');
    expect(await readFile(join(folder, 'environment/Dockerfile'), 'utf8')).toBe('FROM debian:12\n');
    expect(await readFile(join(folder, 'solution/solve.sh'), 'utf8')).toBe('cd /\ntouch b\n');
    const [dataset] = await loadDatasets(folders.path('home'));
    expect(dataset?.tasks).toMatchObject([{ workdir: '/srv' }]);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'a misspelt key',
      { 'task.yaml': `${YAML}max_test_timeout: 5\n` },
      'task.yaml, line 7, field max_test_timeout: unknown key "max_test_timeout"; did you mean max_test_timeout_sec?',
    ],
    [
      'a wrong type',
      { 'task.yaml': `${YAML}max_test_timeout_sec: soon\n` },
      'task.yaml, line 7, field max_test_timeout_sec: Invalid input: expected number, received string',
    ],
    ['no instruction', { 'task.yaml': 'tags: [a]\n' }, 'field instruction: instruction is missing'],
    ['text that is not YAML', { 'task.yaml': 'instruction: x\ntags: [a\n' }, 'task.yaml, line 3: not YAML: '],
    [
      'another parser',
      { 'task.yaml': 'instruction: x\nparser_name: swebench\n' },
      'task.yaml, line 2, field parser_name: not supported for now: only the parser pytest is',
    ],
    [
      'tests in the agent’s shell',
      { 'task.yaml': `${YAML}run_tests_in_same_shell: true\n` },
      'not supported for now: the tests never run in the shell of the agent',
    ],
    [
      'two services',
      { 'docker-compose.yaml': `${COMPOSE}\n  db:\n    image: x\n` },
      'docker-compose.yaml, line 2, field services: not supported for now: the services client, db; a task has one container',
    ],
    [
      'a privileged service',
      { 'docker-compose.yaml': `${COMPOSE}\n    privileged: true\n` },
      'docker-compose.yaml, line 12, field services.client.privileged: not supported for now: privileged of a service',
    ],
    [
      'a mount',
      { 'docker-compose.yaml': `${COMPOSE}\n      - .:/app\n` },
      'field services.client.volumes[1]: not supported for now: the mount of .',
    ],
    [
      'a program of the container',
      { 'docker-compose.yaml': 'services:\n  client:\n    build: .\n    command: nginx\n' },
      'field services.client.command: not supported for now: a container that runs nginx',
    ],
    [
      'a context outside',
      { 'docker-compose.yaml': 'services:\n  client:\n    build: ../other\n' },
      'field services.client.build: its folder is not in the folder of the task',
    ],
    [
      'a Dockerfile that shows the tests',
      { Dockerfile: 'FROM debian\nCOPY --chmod=755 tests /t\n' },
      'Dockerfile, line 2: it copies tests into the image',
    ],
  ])('with %s is left out, with file, line and field', async (_, files, reason) => {
    await write('tasks/bad', { ...TASK, ...files });
    await write('tasks/good', TASK);
    const { imported: made, left } = await imported();
    expect(made).toMatchObject([{ tasks: 1 }]);
    expect(left).toEqual([{ name: 'bad', reason: expect.stringContaining(reason) }]);
  });

  it.each(['run-tests.sh', 'Dockerfile'])('without %s is refused, and nothing is written', async (name) => {
    const { [name as 'Dockerfile']: _, ...files } = TASK;
    await write('tasks/one', files);
    const error = await refused(imported());
    expect(error.reason).toContain(`tasks/one/${name}: the `);
    expect(await readdir(folders.path('home')).catch(() => [])).toEqual([]);
  });

  it('that is nowhere is refused, and a dataset without a name', async () => {
    expect((await refused(imported())).reason).toBe('no such folder');
    await write('tasks/notes', { 'README.md': '' });
    expect((await refused(imported())).reason).toContain('it has no folder with a task.yaml');
    await write('tasks/one', TASK);
    expect((await refused(imported('../x'))).reason).toContain('not a valid dataset name');
  });
});
