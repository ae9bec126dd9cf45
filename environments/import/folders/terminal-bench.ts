import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { checked, DatasetError } from '../../dataset-error.ts';
import { withoutOwnKeys } from '../../own-keys.ts';
import { namesIn } from '../../task-folder.ts';
import { taskFolders } from '../harbor.ts';
import type { ImportResult } from '../intercode.ts';
import { type OneContainer, PLAIN, readCompose } from './compose-file.ts';
import { type WrittenFile, type WrittenTask, writeTasks } from './written-tasks.ts';
import { readYaml } from './yaml-file.ts';

const CONFIG = 'task.yaml';
const COMPOSE = ['docker-compose.yaml', 'docker-compose.yml'];
const RUN_TESTS = 'run-tests.sh';
/** What is not for the image: the harness brings it to grade, or does not bring it at all. */
const NOT_IN_IMAGE = [CONFIG, ...COMPOSE, RUN_TESTS, 'tests', 'solution.sh', 'solution.yaml'];
const GRADE = new URL('terminal-bench/test.sh', import.meta.url);

const seconds = z.number().positive();
const text = z.string().optional();

/** `task.yaml` of Terminal-Bench 1. */
const TaskYaml = z.strictObject({
  instruction: z.string().min(1),
  author_name: text,
  author_email: text,
  difficulty: z.union([z.string(), z.number()]).optional(),
  category: text,
  tags: z.array(z.string()).optional(),
  /** Who understands the output of `run-tests.sh`. */
  parser_name: z.literal('pytest', 'not supported for now: only the parser pytest is').optional(),
  max_agent_timeout_sec: seconds.optional(),
  max_test_timeout_sec: seconds.optional(),
  run_tests_in_same_shell: z
    .literal(false, 'not supported for now: the tests never run in the shell of the agent')
    .optional(),
  disable_asciinema: z.boolean().optional(),
  estimated_duration_sec: z.number().nullish(),
  expert_time_estimate_min: z.number().nullish(),
  junior_time_estimate_min: z.number().nullish(),
});

/** Solutions as keys for a terminal; only such that can be a script are read. */
const Commands = z.array(
  z.looseObject({
    command: z.string(),
    block: z.literal(true, 'not supported for now: keys for a program that runs').optional(),
    append_enter: z.literal(true, 'not supported for now: keys for a program that runs').optional(),
  }),
);

/**
 * Import a folder of tasks of Terminal-Bench 1, or one such task, into the datasets of `home`. A task that is malformed or that
 * cannot be played for now is left out, with the reason.
 * @throws {DatasetError} if no task is left; nothing is written then
 */
export async function importTerminalBench(folder: string, home: string, name: string): Promise<ImportResult> {
  const tasks: WrittenTask[] = [];
  const left: { readonly name: string; readonly reason: string }[] = [];
  for (const path of await taskFolders(resolve(folder), isTerminalBenchTask)) {
    try {
      tasks.push(await readTerminalBench(path));
    } catch (error) {
      if (!(error instanceof DatasetError)) throw error;
      left.push({ name: basename(path), reason: error.message });
    }
  }
  if (tasks.length === 0) {
    const [first] = left;
    const why =
      first === undefined ? `it has no folder with a ${CONFIG}` : `e.g. ${first.name}: ${first.reason}`;
    throw new DatasetError({ file: folder }, `no task of this folder can be played; ${why}`);
  }
  return { imported: [await writeTasks(tasks, { home, name })], left };
}

/** Whether a folder with these names in it is a task of Terminal-Bench 1. */
function isTerminalBenchTask(names: readonly string[]): boolean {
  return names.includes(CONFIG);
}

/**
 * A task of Terminal-Bench 1 (`task.yaml`, `run-tests.sh`, `tests/`, `solution.sh`, a Dockerfile), as one of Harbor's format.
 * @throws {DatasetError} for a file that is missing, malformed, or that cannot be played for now
 */
export async function readTerminalBench(folder: string): Promise<WrittenTask> {
  const names = namesIn(folder);
  const { value, place } = await readYaml(join(folder, CONFIG));
  const task = checked(TaskYaml, withoutOwnKeys(value, Object.keys(TaskYaml.shape)), place);
  if (!names.includes(RUN_TESTS)) {
    throw new DatasetError({ file: join(folder, RUN_TESTS) }, 'the test script is missing');
  }
  const compose = COMPOSE.find((name) => names.includes(name));
  const container = compose === undefined ? PLAIN : await readCompose(join(folder, compose));
  const dockerfile = await dockerfileOf(folder, container);
  const { context, env, workdir } = container;
  const from = resolve(folder, context);
  return {
    id: basename(folder).replaceAll(/[^\w.+-]+/g, '-'),
    place: { file: join(folder, CONFIG) },
    instruction: task.instruction,
    config: {
      task: { keywords: task.tags ?? [] },
      metadata: metadataOf(task),
      environment: { network_mode: 'public', ...(workdir === undefined ? {} : { workdir }), env },
      ...limits('agent', task.max_agent_timeout_sec),
      ...limits('verifier', task.max_test_timeout_sec),
    },
    files: [
      { path: 'environment/Dockerfile', content: dockerfile },
      { path: 'tests/test.sh', content: await readFile(GRADE) },
      { path: `tests/${RUN_TESTS}`, content: await readFile(join(folder, RUN_TESTS)) },
      ...(await solutionOf(folder, names)),
    ],
    copied: [
      {
        from,
        to: 'environment',
        isLeftOut: (path) => NOT_IN_IMAGE.includes(relative(folder, join(from, path))),
      },
      ...(names.includes('tests') ? [{ from: join(folder, 'tests'), to: 'tests' }] : []),
    ],
  };
}

function limits(table: string, timeout_sec: number | undefined): Record<string, object> {
  return timeout_sec === undefined ? {} : { [table]: { timeout_sec } };
}

function metadataOf({ author_name, author_email, difficulty, category }: z.infer<typeof TaskYaml>) {
  const given = Object.entries({ author_name, author_email, difficulty, category });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** @throws {DatasetError} for one that is missing, or that shows the tests to the agent */
async function dockerfileOf(folder: string, { context, dockerfile }: OneContainer): Promise<string> {
  const file = join(folder, context, dockerfile);
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new DatasetError({ file }, 'the file is missing', { cause: error });
  });
  const copied =
    /^\s*(?:COPY|ADD)\s+(?!--from)(?:--\S+\s+)*(?:\.\/)?(tests|run-tests\.sh|solution\.(?:sh|yaml))(?:[\s/]|$)/im;
  const found = copied.exec(content);
  if (found !== null) {
    const line = content.slice(0, found.index).split('\n').length;
    throw new DatasetError(
      { file, line },
      `it copies ${found[1]} into the image, where the agent could read it`,
    );
  }
  return content;
}

async function solutionOf(folder: string, names: readonly string[]): Promise<WrittenFile[]> {
  const path = 'solution/solve.sh';
  if (names.includes('solution.sh')) return [{ path, content: await readFile(join(folder, 'solution.sh')) }];
  if (!names.includes('solution.yaml')) return [];
  const { value, place } = await readYaml(join(folder, 'solution.yaml'));
  const commands = checked(Commands, value, place).map(({ command }) => command);
  return [{ path, content: `${commands.join('\n')}\n` }];
}
