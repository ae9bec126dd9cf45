import { z } from 'zod';
import { DatasetError } from './dataset-error.ts';
import { lineInToml } from './line-of-path.ts';

const harbors = z.unknown().optional();

/**
 * `task.toml` of a task's folder: the tables of Harbor's task schema 1.4, and `[stepwell]` with the fields of a record that
 * do not have their own file.
 */
export const TaskToml = z.strictObject({
  schema_version: z.string().optional(),
  version: harbors,
  task: z
    .strictObject({
      /** `org/name`; the task's id is the name of its folder. */
      name: z.string().optional(),
      version: harbors,
      description: harbors,
      authors: harbors,
      /** The record's `tags`. */
      keywords: z.array(z.string()).optional(),
    })
    .optional(),
  /** Notes of the author; ignored. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  environment: z
    .strictObject({
      /** The record's `cwd`. */
      workdir: z.string().optional(),
      build_timeout_sec: harbors,
      docker_image: harbors,
      os: harbors,
      cpus: harbors,
      memory: harbors,
      memory_mb: harbors,
      storage: harbors,
      storage_mb: harbors,
      gpus: harbors,
      env: harbors,
      healthcheck: harbors,
      allow_internet: harbors,
      network_mode: harbors,
      allowed_hosts: harbors,
      mcp_servers: harbors,
      skills_dir: harbors,
    })
    .optional(),
  agent: harbors,
  verifier: harbors,
  solution: harbors,
  steps: harbors,
  multi_step_reward_strategy: harbors,
  stepwell: z.record(z.string(), z.unknown()).optional(),
});
export type TaskToml = z.infer<typeof TaskToml>;

/** Tables of Harbor that change how a task is played or graded. */
const TABLES = ['agent', 'verifier', 'solution', 'steps', 'multi_step_reward_strategy'] as const;

/**
 * Refuse fields that are valid for Harbor but that the environments without verifiers would ignore.
 * @throws {DatasetError} with its key and line
 */
export function refuseHarborOnly(
  toml: Pick<TaskToml, 'environment' | (typeof TABLES)[number]>,
  text: string,
  file: string,
): void {
  const { workdir: _, ...environment } = toml.environment ?? {};
  const paths = [
    ...TABLES.filter((key) => toml[key] !== undefined).map((key) => [key]),
    ...Object.keys(environment).map((key) => ['environment', key]),
  ];
  const [path] = paths;
  if (path === undefined) return;
  throw new DatasetError(
    { file, line: lineInToml(text, path), field: path.join('.') },
    'only terminal-v1 plays tasks of the Harbor harness: `--dataset terminal-v1:name=folder`',
  );
}
