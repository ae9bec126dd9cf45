import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { checked, DatasetError, fieldName, parsedToml } from '../dataset-error.ts';
import { lineInToml } from '../line-of-path.ts';
import { nearestKey } from '../nearest-key.ts';
import type { FoundRecord } from '../record-list.ts';
import { namesIn, refuseUnknownNames } from '../task-folder.ts';
import { HarborToml } from './harbor-toml.ts';
import { solutionCode } from './solution.ts';
import type { TerminalStep, TerminalTask, Verification } from './task.ts';
import { unsupportedIn } from './unsupported.ts';

const CONFIG = 'task.toml';
const INSTRUCTION = 'instruction.md';
const TEST = 'test.sh';
const SOLVE = 'solve.sh';
const START = 'start.sh';
const COMPOSE = ['docker-compose.yaml', 'docker-compose.yml', 'compose.yaml'];
const KNOWN = [
  ...[CONFIG, INSTRUCTION, 'environment', 'start', 'tests', 'solution', 'steps', 'wrong', 'cheats'],
  ...['README.md', 'LICENSE', 'NOTICE', 'NOTES.md'],
];
const KNOWN_IN_STEP = [INSTRUCTION, 'tests', 'solution', 'workdir', 'README.md'];
/** Defaults of Harbor's harness, in seconds. */
const BUILD_S = 600;
const VERIFIER_S = 600;
const MIB = 1024 * 1024;

/**
 * The record of a task in Harbor's format, from its folder.
 * @param names in the folder
 * @throws {DatasetError} for a part that is missing, unknown, malformed, or that cannot be played for now
 */
export function readHarborFolder(folder: string, names: readonly string[]): FoundRecord {
  refuseMisspelt(folder, names, KNOWN);
  const toml = readConfig(folder, names);
  const steps = toml.steps === undefined ? [oneStep(folder, names, toml)] : manySteps(folder, names, toml);
  refuseVerifierImage(steps);
  const { task, environment = {}, agent = {}, solution = {}, stepwell = {} } = toml;
  const solutions = steps.flatMap((step) => step.solution ?? []);
  const texts = (name: string) => namesIn(join(folder, name)).map((file) => textOf(join(folder, name, file)));
  const [wrong, cheats] = [texts('wrong'), texts('cheats')];
  const env = withDefaults(solution.env);
  const value: TerminalTask = {
    id: basename(folder),
    instruction: steps[0]?.instruction ?? '',
    ...(task?.keywords === undefined ? {} : { tags: task.keywords }),
    image: imageOf(folder, toml),
    ...(environment.workdir === undefined ? {} : { workdir: environment.workdir }),
    env: withDefaults(environment.env),
    ...(names.includes('start') ? { start: startIn(folder) } : {}),
    ...(stepwell.answer === undefined ? {} : { answer: stepwell.answer }),
    ...limitsOf(environment),
    ...(hasNetwork(agent, environment) ? { has_network: true } : {}),
    ...(agent.user === undefined ? {} : { agent_user: String(agent.user) }),
    ...(agent.timeout_sec === undefined ? {} : { agent_timeout_sec: agent.timeout_sec }),
    steps,
    strategy: toml.multi_step_reward_strategy ?? 'mean',
    solution_env: env,
    ...(stepwell.verifier_tools === undefined ? {} : { verifier_tools: stepwell.verifier_tools }),
    ...(stepwell.no_op_reward === undefined ? {} : { no_op_reward: stepwell.no_op_reward }),
    ...(solutions.length < steps.length
      ? {}
      : { gold: solutions.map((place) => solutionCode(place, env)).join('\n') }),
    ...(wrong.length === 0 ? {} : { wrong }),
    ...(cheats.length === 0 ? {} : { cheats }),
  };
  return { value, place: (path) => ({ file: join(folder, CONFIG), field: fieldName(path) }) };
}

/** Other names are an author's own files, which Harbor does not read either. */
function refuseMisspelt(folder: string, names: readonly string[], known: readonly string[]): void {
  const near = names.filter((name) => known.includes(name) || nearestKey(name, known) !== null);
  refuseUnknownNames(folder, near, known);
}

function readConfig(folder: string, names: readonly string[]): HarborToml {
  if (!names.includes(CONFIG)) {
    throw new DatasetError({ file: folder }, `the folder has no ${CONFIG}; every task of Harbor has one`);
  }
  const file = join(folder, CONFIG);
  const text = readFileSync(file, 'utf8');
  const placeOf = (path: readonly PropertyKey[]) => ({
    file,
    line: lineInToml(text, path),
    field: fieldName(path),
  });
  const toml = checked(HarborToml, parsedToml(text, file), placeOf);
  const unsupported = unsupportedIn(toml);
  if (unsupported !== null) throw new DatasetError(placeOf(unsupported.path), unsupported.reason);
  return toml;
}

function imageOf(folder: string, { environment = {} }: HarborToml): TerminalTask['image'] {
  const place = join(folder, 'environment');
  const names = namesIn(place);
  const compose = COMPOSE.find((name) => names.includes(name));
  if (compose !== undefined) {
    const reason = 'not supported for now: a task with services needs containers of its own';
    throw new DatasetError({ file: join(place, compose) }, reason);
  }
  if (environment.docker_image !== undefined) return { reference: environment.docker_image };
  if (names.includes('Dockerfile')) {
    return { dockerfile: resolve(place), timeout_sec: environment.build_timeout_sec ?? BUILD_S };
  }
  if (names.length === 0) return null;
  const nearest = names.find((name) => nearestKey(name, ['Dockerfile']) !== null);
  const remedy = nearest === undefined ? 'add one' : `did ${nearest} mean Dockerfile?`;
  throw new DatasetError({ file: place }, `the folder has no Dockerfile; ${remedy}`);
}

/** A task without `[[steps]]`. */
function oneStep(folder: string, names: readonly string[], toml: HarborToml): TerminalStep {
  if (names.includes('steps')) {
    throw new DatasetError(
      { file: join(folder, 'steps') },
      `${CONFIG} has no [[steps]] that name the folders in it`,
    );
  }
  return {
    name: '',
    instruction: instructionIn(folder),
    tests: [testsIn(folder)],
    verification: verificationOf(toml),
    solution: solutionIn(folder),
  };
}

/** Each step has a folder of its name; `tests` beside `steps` belongs to all of them. */
function manySteps(folder: string, names: readonly string[], toml: HarborToml): TerminalStep[] {
  const file = join(folder, CONFIG);
  const place = join(folder, 'steps');
  const folders = namesIn(place);
  const given = toml.steps ?? [];
  const left = folders.find((name) => !given.some((step) => step.name === name));
  if (left !== undefined) throw new DatasetError({ file, field: 'steps' }, `steps/${left} is not named`);
  return given.map(({ name, min_reward, ...step }, index) => {
    const at = { file, field: `steps[${index}].name` };
    if (given.findIndex((other) => other.name === name) !== index) {
      throw new DatasetError(at, `another step is already called ${name}`);
    }
    if (!folders.includes(name)) throw new DatasetError(at, `there is no folder steps/${name}`);
    const own = join(place, name);
    const ownNames = namesIn(own);
    refuseMisspelt(own, ownNames, KNOWN_IN_STEP);
    if (ownNames.includes('workdir')) {
      const reason = 'not supported for now: files that appear between two steps';
      throw new DatasetError({ file: join(own, 'workdir') }, reason);
    }
    return {
      name,
      instruction: instructionIn(own),
      tests: [...(names.includes('tests') ? [join(folder, 'tests')] : []), testsIn(own)],
      ...(min_reward === undefined ? {} : { min_reward }),
      verification: verificationOf(toml, step),
      solution: solutionIn(own),
    };
  });
}

/** A separate verifier may bring an image of its own, without whose programs its tests would fail. */
function refuseVerifierImage(steps: readonly TerminalStep[]): void {
  const folders = steps.flatMap(({ tests, verification }) => (verification.separate ? tests : []));
  const folder = folders.find((one) => namesIn(one).includes('Dockerfile'));
  if (folder === undefined) return;
  const reason = "not supported for now: a separate verifier runs in the task's own image";
  throw new DatasetError({ file: join(folder, 'Dockerfile') }, reason);
}

function verificationOf(
  { verifier = {}, environment = {}, artifacts = [] }: HarborToml,
  step: Pick<NonNullable<HarborToml['steps']>[number], 'verifier' | 'artifacts'> = {},
): Verification {
  const both = { ...verifier, ...step.verifier };
  const { timeout_sec = VERIFIER_S, environment_mode: mode = 'shared', collect = [] } = both;
  return {
    timeout_sec,
    env: withDefaults({ ...verifier.env, ...step.verifier?.env }),
    separate: mode === 'separate',
    collect: collect.map(({ command, user, timeout_sec: most = timeout_sec }) => ({
      ...{ command, timeout_sec: most },
      ...(user === undefined ? {} : { user: String(user) }),
    })),
    ...(hasNetwork(both, environment) ? { has_network: true } : {}),
    ...(both.user === undefined ? {} : { user: String(both.user) }),
    artifacts: [...artifacts, ...(step.artifacts ?? [])].map((one) =>
      typeof one === 'string' ? one : one.source,
    ),
  };
}

type TomlEnvironment = NonNullable<HarborToml['environment']>;

function limitsOf({
  cpus,
  memory_mb: memory,
  storage_mb: storage,
}: TomlEnvironment): Pick<TerminalTask, 'limits'> {
  const limits = {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memory_bytes: memory * MIB }),
    ...(storage === undefined ? {} : { storage_bytes: storage * MIB }),
  };
  return Object.keys(limits).length === 0 ? {} : { limits };
}

/** Whether a phase has a network: what it says itself, else what the environment says. */
function hasNetwork(phase: Pick<TomlEnvironment, 'network_mode'>, environment: TomlEnvironment): boolean {
  const { network_mode: mode, allow_internet: isAllowed = false } = environment;
  return (phase.network_mode ?? mode ?? (isAllowed ? 'public' : 'no-network')) === 'public';
}

/** `${NAME:-text}` becomes the text. */
function withDefaults(variables: Readonly<Record<string, string>> = {}): Record<string, string> {
  const given = Object.entries(variables);
  return Object.fromEntries(given.map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/g, '$1')]));
}

function instructionIn(folder: string): string {
  const file = join(folder, INSTRUCTION);
  if (!namesIn(folder).includes(INSTRUCTION)) throw new DatasetError({ file }, 'the file is missing');
  const text = textOf(file);
  if (text.trim() === '') throw new DatasetError({ file }, 'the instruction is empty');
  return text;
}

function testsIn(folder: string): string {
  const tests = resolve(folder, 'tests');
  const names = namesIn(tests);
  if (names.includes(TEST)) return tests;
  const nearest = names.find((name) => nearestKey(name, [TEST]) !== null);
  const remedy = nearest === undefined ? '' : `; did ${nearest} mean ${TEST}?`;
  throw new DatasetError({ file: join(tests, TEST) }, `the test script is missing${remedy}`);
}

function solutionIn(folder: string): string | null {
  const place = resolve(folder, 'solution');
  const names = namesIn(place);
  if (names.includes(SOLVE)) return place;
  if (names.length === 0) return null;
  throw new DatasetError({ file: join(place, SOLVE) }, 'the script of the solution is missing');
}

function startIn(folder: string): string {
  const place = resolve(folder, 'start');
  if (namesIn(place).includes(START)) return place;
  throw new DatasetError({ file: join(place, START) }, 'the script of the start is missing');
}

/** The text of a file without its final newline. */
function textOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/\n$/, '');
}
