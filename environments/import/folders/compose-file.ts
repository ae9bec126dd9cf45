import { join, normalize } from 'node:path';
import { z } from 'zod';
import { checked, DatasetError } from '../../dataset-error.ts';
import { readYaml } from './yaml-file.ts';

/** What a task's only container is made from. */
export interface OneContainer {
  /** Folder of the Dockerfile, relative to the task's. */
  readonly context: string;
  /** Path of the Dockerfile, relative to the context. */
  readonly dockerfile: string;
  readonly env: Readonly<Record<string, string>>;
  readonly workdir?: string;
}

/** A task without `docker-compose.yaml`. */
export const PLAIN: OneContainer = { context: '.', dockerfile: 'Dockerfile', env: {} };

const Compose = z.looseObject({ services: z.record(z.string(), z.record(z.string(), z.unknown())) });
const Build = z.union([
  z.string(),
  z.strictObject({ context: z.string().optional(), dockerfile: z.string().optional() }),
]);
const Environment = z.union([
  z.array(z.string()),
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
]);

/** Keys that change nothing for a single container whose shell the agent has. */
const WITHOUT_EFFECT = [
  ...['image', 'container_name', 'tty', 'stdin_open', 'platform', 'init', 'restart', 'hostname', 'ports'],
  ...['expose', 'labels', 'pull_policy', 'networks', 'shm_size', 'tmpfs', 'stop_grace_period'],
];
const READ = ['build', 'environment', 'working_dir', 'volumes', 'command'];
/** A command that only keeps the container up. */
const KEEPS_UP = /sleep\s+(infinity|inf|\d+)|tail\s+-f|^\/?(usr\/)?(bin\/)?(ba)?sh$/;
/** Variables and folders of the Terminal-Bench harness, and what it brings only to grade. */
const OF_HARNESS = /\$\{?T_BENCH_/;
const OF_GRADING = /^\.\/(tests|run-tests\.sh|runs)\/?$/;

/**
 * The only container of a `docker-compose.yaml`.
 * @throws {DatasetError} for more services than one, by name, and for what a Dockerfile cannot say
 */
export async function readCompose(file: string): Promise<OneContainer> {
  const { value, place } = await readYaml(file);
  const { services } = checked(Compose, value, place);
  const [first, ...others] = Object.entries(services);
  if (first === undefined) throw new DatasetError(place(['services']), 'there is no service');
  if (others.length > 0) {
    const names = Object.keys(services).join(', ');
    const reason = `not supported for now: the services ${names}; a task has one container`;
    throw new DatasetError(place(['services']), reason);
  }
  const [name, service] = first;
  const at = (...path: PropertyKey[]) => place(['services', name, ...path]);
  const unknown = Object.keys(service).find((key) => !READ.includes(key) && !WITHOUT_EFFECT.includes(key));
  if (unknown !== undefined) {
    throw new DatasetError(at(unknown), `not supported for now: ${unknown} of a service`);
  }
  refuseMounts(service.volumes, at);
  refuseCommand(service.command, at);
  const below = (key: string) => (path: readonly PropertyKey[]) => at(key, ...path);
  const build = checked(Build.optional(), service.build, below('build'));
  const workdir = checked(z.string().startsWith('/').optional(), service.working_dir, below('working_dir'));
  const env = checked(Environment.optional(), service.environment, below('environment'));
  const { context = '.', dockerfile = 'Dockerfile' } =
    typeof build === 'string' ? { context: build } : (build ?? {});
  if (normalize(join(context, dockerfile)).startsWith('..') || context.startsWith('/')) {
    throw new DatasetError(at('build'), 'its folder is not in the folder of the task');
  }
  return {
    context: normalize(context).replace(/\/$/, '') || '.',
    dockerfile: normalize(dockerfile),
    env: variables(env ?? []),
    ...(workdir === undefined ? {} : { workdir }),
  };
}

type At = (...path: PropertyKey[]) => ReturnType<Awaited<ReturnType<typeof readYaml>>['place']>;

function refuseMounts(volumes: unknown, at: At): void {
  for (const [index, volume] of (Array.isArray(volumes) ? volumes : []).entries()) {
    const source = typeof volume === 'string' ? (volume.split(':')[0] ?? '') : String(volume?.source);
    if (OF_HARNESS.test(source) || OF_GRADING.test(source)) continue;
    throw new DatasetError(at('volumes', index), `not supported for now: the mount of ${source}`);
  }
}

function refuseCommand(command: unknown, at: At): void {
  if (command === undefined || command === null) return;
  const text = Array.isArray(command) ? command.join(' ') : String(command);
  if (KEEPS_UP.test(text.trim())) return;
  const remedy = 'start it in start/start.sh of the task';
  throw new DatasetError(at('command'), `not supported for now: a container that runs ${text}; ${remedy}`);
}

function variables(given: z.infer<typeof Environment>): Record<string, string> {
  const pairs = Array.isArray(given)
    ? given.map((entry): [string, string] => {
        const at = entry.indexOf('=');
        return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
      })
    : Object.entries(given).map(([name, value]): [string, string] => [name, String(value ?? '')]);
  return Object.fromEntries(pairs.filter(([name, value]) => name !== 'TEST_DIR' && !OF_HARNESS.test(value)));
}
