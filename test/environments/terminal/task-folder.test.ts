import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../../environments/dataset-error.ts';
import { namesIn } from '../../../environments/task-folder.ts';
import { TerminalTask } from '../../../environments/terminal/task.ts';
import { readHarborFolder } from '../../../environments/terminal/task-folder.ts';
import { datasetFolders } from '../dataset-folders.ts';

const folders = datasetFolders();
const TOML = 'schema_version = "1.4"\n';
const MINIMAL = { 'task.toml': TOML, 'instruction.md': 'Do it.\n', 'tests/test.sh': 'true\n' };

async function task(files: Readonly<Record<string, unknown>>): Promise<TerminalTask> {
  await folders.write(Object.fromEntries(Object.entries(files).map(([name, text]) => [`t/${name}`, text])));
  const folder = folders.path('t');
  return TerminalTask.parse(readHarborFolder(folder, namesIn(folder)).value);
}

async function refusal(files: Readonly<Record<string, unknown>>): Promise<DatasetError> {
  const error = await task(files).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatasetError);
  return error as DatasetError;
}

describe('a Harbor folder', () => {
  it('gives the record of a task with one step', async () => {
    const read = await task({
      ...MINIMAL,
      'task.toml': [
        TOML,
        'artifacts = ["/app/out", { source = "/app/log", destination = "log" }]',
        '[task]\nname = "me/t"\nkeywords = ["easy"]\nauthors = [{ name = "Me", email = "me@example.org" }]',
        '[metadata]\nanything = 1',
        '[agent]\ntimeout_sec = 120.0',
        `[verifier]\ntimeout_sec = 30\nenv = { MODE = "\${MODE:-strict}" }\nenvironment_mode = "separate"`,
        '[[verifier.collect]]\ncommand = "sync"',
        '[environment]\nbuild_timeout_sec = 60\nworkdir = "/app"\ncpus = 2\nmemory = "2G"\nallow_internet = false',
        '[environment.env]\nLEVEL = "3"',
        '[solution.env]\nFAST = "1"',
      ].join('\n'),
      'environment/Dockerfile': 'FROM debian\n',
      'solution/solve.sh': 'exit 0\n',
      'solution/data.bin': Buffer.from([0xff, 0]),
      'wrong/1.sh': 'false\n',
      'notes-of-mine.txt': 'not read',
    });
    expect(read).toEqual({
      id: 't',
      instruction: 'Do it.',
      tags: ['easy'],
      image: { dockerfile: folders.path('t/environment'), timeout_sec: 60 },
      workdir: '/app',
      env: { LEVEL: '3' },
      agent_timeout_sec: 120,
      steps: [
        {
          name: '',
          instruction: 'Do it.',
          tests: [folders.path('t/tests')],
          verification: {
            timeout_sec: 30,
            env: { MODE: 'strict' },
            separate: true,
            collect: [{ command: 'sync', timeout_sec: 30 }],
            artifacts: ['/app/out', '/app/log'],
          },
          solution: folders.path('t/solution'),
        },
      ],
      limits: { cpus: 2 },
      strategy: 'mean',
      solution_env: { FAST: '1' },
      gold: [
        '(',
        'dir=/solution',
        'mkdir -p "$dir" 2> /dev/null && [ -w "$dir" ] || dir=/tmp/solution',
        'mkdir -p "$dir"',
        `base64 -d > "$dir"/'data.bin' <<'END_OF_FILE'`,
        '/wA=',
        'END_OF_FILE',
        `cat > "$dir"/'solve.sh' <<'END_OF_FILE'`,
        'exit 0',
        'END_OF_FILE',
        `env 'FAST=1' "$(command -v bash || echo sh)" "$dir"/solve.sh`,
        ')',
      ].join('\n'),
      wrong: ['false'],
    });
  });

  it('gives the limits, the users and the networks that task.toml asks for', async () => {
    const text = (lines: string) => ({ ...MINIMAL, 'task.toml': lines });
    const limited = await task(
      text('[environment]\nmemory_mb = 2\nstorage_mb = 3\n[agent]\nuser = 1000\n[verifier]\nuser = "me"\n'),
    );
    expect(limited).toMatchObject({
      limits: { memory_bytes: 2 * 2 ** 20, storage_bytes: 3 * 2 ** 20 },
      agent_user: '1000',
      steps: [{ verification: { user: 'me' } }],
    });
    expect(limited).not.toHaveProperty('has_network');
    const open = await task(
      text('[environment]\nallow_internet = true\n[verifier]\nnetwork_mode = "no-network"\n'),
    );
    expect(open.has_network).toBe(true);
    expect(open.steps[0]?.verification).not.toHaveProperty('has_network');
    const graded = await task(text('[verifier]\nnetwork_mode = "public"\n'));
    expect(graded).not.toHaveProperty('has_network');
    expect(graded.steps[0]?.verification.has_network).toBe(true);
  });

  it('gives the steps of a task in their order, each with its own part and the shared tests', async () => {
    const read = await task({
      'task.toml':
        'multi_step_reward_strategy = "final"\n[verifier]\ntimeout_sec = 9\n[[steps]]\nname = "b"\nmin_reward = 0.5\n[[steps]]\nname = "a"\n[steps.verifier]\ntimeout_sec = 5\n',
      'tests/helper.sh': '',
      'steps/a/instruction.md': 'Second.\n',
      'steps/a/tests/test.sh': '',
      'steps/b/instruction.md': 'First.\n',
      'steps/b/tests/test.sh': '',
    });
    expect(read).toMatchObject({ instruction: 'First.', strategy: 'final', image: null });
    expect(read.steps).toMatchObject([
      { name: 'b', min_reward: 0.5, tests: [folders.path('t/tests'), folders.path('t/steps/b/tests')] },
      { name: 'a', instruction: 'Second.', verification: { timeout_sec: 5 } },
    ]);
    expect(read.gold).toBeUndefined();
  });

  it('reads the keys of earlier schemas and the image of a registry', async () => {
    const toml =
      'version = "1.0"\n[environment]\ndocker_image = "me/image:1"\nmemory = "512M"\nstorage = "1G"\n';
    expect((await task({ ...MINIMAL, 'task.toml': toml })).image).toEqual({ reference: 'me/image:1' });
  });
});

describe('a folder that is no task of Harbor', () => {
  const toml = (text: string) => ({ ...MINIMAL, 'task.toml': `${TOML}${text}` });

  it('lacks task.toml', async () => {
    const { reason, place } = await refusal({ 'instruction.md': 'Do it.', 'tests/test.sh': '' });
    expect(reason).toBe('the folder has no task.toml; every task of Harbor has one');
    expect(place.file).toBe(folders.path('t'));
  });

  it('lacks its instruction', async () => {
    expect(await refusal({ 'task.toml': TOML, 'tests/test.sh': '' })).toMatchObject({
      reason: 'the file is missing',
      place: { file: folders.path('t/instruction.md') },
    });
  });

  it('lacks its test script', async () => {
    const script = { 'task.toml': TOML, 'instruction.md': 'Do it.', 'tests/tests.sh': '' };
    expect(await refusal(script)).toMatchObject({
      reason: 'the test script is missing; did tests.sh mean test.sh?',
      place: { file: folders.path('t/tests/test.sh') },
    });
  });

  it('has keys of its author in its description and its steps', async () => {
    const text = '[task]\nname = "me/t"\nkeywords = ["a"]\nworkstream = "files"\nformat = 2\n';
    expect(await task({ ...MINIMAL, 'task.toml': text })).toMatchObject({ tags: ['a'] });
    const step = '[[steps]]\nname = "one"\ndependencies = []\n';
    const files = { 'task.toml': step, 'steps/one/instruction.md': 'Do.', 'steps/one/tests/test.sh': 'true' };
    expect(await task(files)).toMatchObject({ steps: [{ name: 'one' }] });
  });

  it('has a start, and a file for the answer', async () => {
    const files = { 'start/start.sh': 'true\n', 'task.toml': `${TOML}[stepwell]\nanswer = "/answer.txt"\n` };
    expect(await task({ ...MINIMAL, ...files })).toMatchObject({
      start: folders.path('t/start'),
      answer: '/answer.txt',
    });
  });

  it('lacks the script of its start', async () => {
    const refused = await refusal({ ...MINIMAL, 'start/run.sh': '' });
    expect(refused.place.file).toBe(folders.path('t/start/start.sh'));
    expect(refused.reason).toBe('the script of the start is missing');
  });

  it('lacks the script of its solution', async () => {
    expect((await refusal({ ...MINIMAL, 'solution/readme': '' })).reason).toMatch(/script of the solution/);
  });

  it.each([
    [
      'an unknown schema version',
      'schema_version = "2.0"\n',
      'unknown schema version; known are 1.0, 1.1, 1.2, 1.3, 1.4',
      1,
    ],
    [
      'a misspelt key',
      '[environment]\nwork_dir = "/app"\n',
      'unknown key "work_dir"; did you mean workdir?',
      2,
    ],
    [
      'a misspelt key of its description',
      '[task]\nkeyword = []\n',
      'unknown key "keyword"; did you mean keywords?',
      2,
    ],
    [
      'a misspelt key of a step',
      '[[steps]]\nname = "a"\nmin_rewards = 1\n',
      'unknown key "min_rewards"; did you mean min_reward?',
      3,
    ],
    ['a misspelt table', '[verifer]\n', 'unknown key "verifer"; did you mean verifier?', 1],
    ['a relative workdir', '[environment]\nworkdir = "app"\n', 'use an absolute path', 2],
    ['a time of no length', '[agent]\ntimeout_sec = 0\n', 'Too small: expected number to be >0', 2],
  ])('has %s', async (_, text, reason, line) => {
    expect(await refusal({ ...MINIMAL, 'task.toml': text })).toMatchObject({
      reason,
      place: { file: folders.path('t/task.toml'), line },
    });
  });

  it.each([
    ['[environment]\ngpus = 1\n', 'environment.gpus', 'sandboxes have no GPUs'],
    ['[environment]\nos = "windows"\n', 'environment.os', 'sandboxes run Linux'],
    ['[[environment.mcp_servers]]\nname = "a"\n', 'environment.mcp_servers', 'no MCP servers'],
    ['[environment]\nnetwork_mode = "allowlist"\n', 'environment.network_mode', 'nothing enforces'],
    ['[agent]\nallowed_hosts = ["a.org"]\n', 'agent.allowed_hosts', 'nothing enforces'],
    ['[environment.healthcheck]\ncommand = "true"\n', 'environment.healthcheck', 'no service'],
    ['[[steps]]\nname = "a"\n[steps.agent]\nuser = "me"\n', 'steps[0].agent.user', 'set [agent] user'],
    [`[verifier.env]\nKEY = "\${KEY}"\n`, 'verifier.env.KEY', 'no variable of the host'],
    ['[verifier.environment]\ncpus = 1\n', 'verifier.environment', "the task's own image"],
    ['[[verifier.collect]]\nservice = "db"\ncommand = "x"\n', 'verifier.collect[0].service', 'one container'],
  ])('wants what there is not for now: %s', async (text, field, reason) => {
    const refused = await refusal(toml(text));
    expect(refused.place).toMatchObject({ field, line: expect.any(Number) });
    expect(refused.reason).toMatch(/^not supported for now: /);
    expect(refused.reason).toContain(reason);
  });

  it('has services, or an environment without a Dockerfile', async () => {
    const compose = await refusal({ ...MINIMAL, 'environment/docker-compose.yaml': '' });
    expect(compose.place.file).toBe(folders.path('t/environment/docker-compose.yaml'));
    expect(compose.reason).toMatch(/^not supported for now: /);
  });

  it('has an image of a separate verifier', async () => {
    const files = { ...MINIMAL, 'tests/Dockerfile': 'FROM debian\n' };
    expect(await task(files)).toMatchObject({ id: 't' });
    const separate = { 'task.toml': '[verifier]\nenvironment_mode = "separate"\n' };
    const refused = await refusal({ ...files, ...separate });
    expect(refused.place.file).toBe(folders.path('t/tests/Dockerfile'));
    expect(refused.reason).toMatch(/^not supported for now: a separate verifier/);
  });

  it('has a misspelt Dockerfile, or a misspelt folder', async () => {
    expect((await refusal({ ...MINIMAL, 'environment/dockerfile': '' })).reason).toMatch(
      /did dockerfile mean/,
    );
  });

  it('has a folder whose name is misspelt', async () => {
    expect((await refusal({ ...MINIMAL, 'solutions/solve.sh': '' })).reason).toBe(
      'unknown file "solutions"; did you mean solution?',
    );
  });

  it('has steps that do not agree with their folders', async () => {
    const steps = toml('[[steps]]\nname = "one"\n');
    expect(await refusal(steps)).toMatchObject({
      reason: 'there is no folder steps/one',
      place: { field: 'steps[0].name' },
    });
    const one = { 'steps/one/instruction.md': 'Do.', 'steps/one/tests/test.sh': '' };
    expect((await refusal({ ...steps, ...one, 'steps/two/x': '' })).reason).toBe('steps/two is not named');
  });

  it('has folders of steps that task.toml does not name', async () => {
    expect((await refusal({ ...MINIMAL, 'steps/one/instruction.md': 'Do.' })).reason).toMatch(
      /no \[\[steps\]\]/,
    );
  });
});
