import { z } from 'zod';
import { withoutOwnKeys } from '../own-keys.ts';

const seconds = z.number().positive();
/** Values by name. `${NAME:-text}` is the text; a value of the host (`${NAME}`) is refused elsewhere. */
const variables = z.record(z.string(), z.string());
const user = z.union([z.string(), z.number().int().min(0)]);
const networkMode = z.enum(['public', 'no-network', 'allowlist']);

/** What each phase may say about its network and its user. */
const PHASE = {
  timeout_sec: seconds.optional(),
  user: user.optional(),
  network_mode: networkMode.optional(),
  allowed_hosts: z.array(z.string()).optional(),
};

const Artifact = z.union([
  z.string().startsWith('/', 'use an absolute path'),
  z.strictObject({
    source: z.string().startsWith('/', 'use an absolute path'),
    destination: z.string().optional(),
    exclude: z.array(z.string()).optional(),
    service: z.string().optional(),
  }),
]);

const Verifier = z.strictObject({
  ...PHASE,
  env: variables.optional(),
  /** `shared`: in the agent's environment. `separate`: in a new one that gets only the artifacts. */
  environment_mode: z.enum(['shared', 'separate']).optional(),
  environment: z.record(z.string(), z.unknown()).optional(),
  collect: z
    .array(
      z.strictObject({
        command: z.string().min(1),
        service: z.string().optional(),
        timeout_sec: seconds.optional(),
        user: user.optional(),
      }),
    )
    .optional(),
});

const Agent = z.strictObject(PHASE);
const minReward = z.union([z.number(), z.record(z.string(), z.number())]);

const Environment = z.strictObject({
  build_timeout_sec: seconds.optional(),
  docker_image: z.string().min(1).optional(),
  os: z.enum(['linux', 'windows']).optional(),
  cpus: z.number().positive().optional(),
  memory_mb: z.number().int().positive().optional(),
  storage_mb: z.number().int().positive().optional(),
  gpus: z.number().int().min(0).optional(),
  gpu_types: z.array(z.string()).optional(),
  env: variables.optional(),
  workdir: z.string().startsWith('/', 'use an absolute path').optional(),
  healthcheck: z.record(z.string(), z.unknown()).optional(),
  network_mode: networkMode.optional(),
  allowed_hosts: z.array(z.string()).optional(),
  mcp_servers: z.array(z.unknown()).optional(),
  skills_dir: z.string().optional(),
  /** Before schema 1.1, e.g. `2G`. */
  memory: z.string().optional(),
  storage: z.string().optional(),
  /** Before `network_mode`. */
  allow_internet: z.boolean().optional(),
});

/** Who wrote the task, and what it is about. */
const Task = z.strictObject({
  name: z.string().optional(),
  version: z.string().optional(),
  description: z.string().optional(),
  authors: z.array(z.unknown()).optional(),
  keywords: z.array(z.string()).optional(),
});

const Step = z.strictObject({
  name: z.string().min(1),
  min_reward: minReward.optional(),
  agent: Agent.optional(),
  verifier: Verifier.optional(),
  healthcheck: z.record(z.string(), z.unknown()).optional(),
  artifacts: z.array(Artifact).optional(),
});

/** Task schemas that are read. */
export const SCHEMA_VERSIONS = ['1.0', '1.1', '1.2', '1.3', '1.4'] as const;
const known = `unknown schema version; known are ${SCHEMA_VERSIONS.join(', ')}`;

/** `task.toml` of Harbor's task schema 1.4, with the keys of earlier versions, and a table `[stepwell]` of our own. */
export const HarborToml = z.strictObject({
  schema_version: z.enum(SCHEMA_VERSIONS, known).optional(),
  /** The former name of `schema_version`. */
  version: z.enum(SCHEMA_VERSIONS, known).optional(),
  source: z.string().optional(),
  /** Authors describe tasks and steps with keys of their own, which the harness ignores, too. */
  task: z.preprocess((task) => withoutOwnKeys(task, Object.keys(Task.shape)), Task).optional(),
  /** Notes of the author; ignored. */
  metadata: z.record(z.string(), z.unknown()).optional(),
  environment: Environment.optional(),
  agent: Agent.optional(),
  verifier: Verifier.optional(),
  solution: z.strictObject({ env: variables.optional() }).optional(),
  artifacts: z.array(Artifact).optional(),
  steps: z
    .array(z.preprocess((step) => withoutOwnKeys(step, Object.keys(Step.shape)), Step))
    .min(1)
    .optional(),
  multi_step_reward_strategy: z.enum(['mean', 'final']).optional(),
  stepwell: z
    .strictObject({
      /** Whose programs the verifier runs: those of the untouched image, or those that the agent left. */
      verifier_tools: z.enum(['image', 'agent']).optional(),
      /** Reward of doing nothing, where the tests give some. */
      no_op_reward: z.number().min(0).lt(1).optional(),
      /** The file that gets the answer of a submit. */
      answer: z.string().startsWith('/', 'use an absolute path').optional(),
    })
    .optional(),
});
export type HarborToml = z.infer<typeof HarborToml>;
