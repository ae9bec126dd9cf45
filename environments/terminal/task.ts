import { z } from 'zod';
import { Ungradable } from '../../protocol/environment.ts';

const variables = z.record(z.string(), z.string());

/** How a verifier is run. */
const Verification = z.strictObject({
  /** Deadline in seconds. */
  timeout_sec: z.number().positive(),
  env: variables,
  /** Whether it gets only the artifacts, instead of all that the agent changed. */
  separate: z.boolean(),
  /** Commands that run in the agent's sandbox before, once its processes are gone. */
  collect: z.array(
    z.strictObject({ command: z.string(), timeout_sec: z.number().positive(), user: z.string().optional() }),
  ),
  /** Its user, a name or number of the image. @default root */
  user: z.string().optional(),
  /** Whether it has a network. @default false */
  has_network: z.boolean().optional(),
  /** Absolute paths of the files and folders that a separate verifier gets. */
  artifacts: z.array(z.string()),
});
export type Verification = z.infer<typeof Verification>;

/** One part of a task: its instruction, the agent's work, its verification. Most tasks have one. */
const TerminalStep = z.strictObject({
  name: z.string(),
  instruction: z.string().min(1),
  /** Folders on the server whose files become `/tests`, later ones over earlier ones. */
  tests: z.array(z.string()).min(1),
  /** The episode ends after this step if its reward is lower; by name of a component. */
  min_reward: z.union([z.number(), z.record(z.string(), z.number())]).optional(),
  verification: Verification,
  /** Folder on the server with `solve.sh`. */
  solution: z.string().nullable(),
});
export type TerminalStep = z.infer<typeof TerminalStep>;

/** Where a task's sandbox comes from. */
const TaskImage = z.union([
  z.strictObject({ dockerfile: z.string(), timeout_sec: z.number().positive() }),
  z.strictObject({ reference: z.string() }),
]);

/** One task, as its folder gives it. */
export const TerminalTask = z.strictObject({
  /** Name of its folder. */
  id: z.string().min(1),
  instruction: z.string().min(1),
  tags: z.array(z.string()).optional(),
  /** `null`: the image `bash`. */
  image: TaskImage.nullable(),
  /** Working directory of the agent and of the verifier. @default that of the image */
  workdir: z.string().startsWith('/').optional(),
  env: variables,
  /** The agent's user, a name or number of the image, also `user:group`. @default that of the image */
  agent_user: z.string().optional(),
  /** What its sandboxes get at most, in numbers and bytes. @default what those of the server have */
  limits: z
    .strictObject({
      cpus: z.number().positive().optional(),
      memory_bytes: z.number().int().positive().optional(),
      storage_bytes: z.number().int().positive().optional(),
    })
    .optional(),
  /** Whether the agent's actions have a network. @default false */
  has_network: z.boolean().optional(),
  /** The agent's time for the whole episode, in seconds. @default no limit of the task's own */
  agent_timeout_sec: z.number().positive().optional(),
  steps: z.array(TerminalStep).min(1),
  strategy: z.enum(['mean', 'final']),
  solution_env: variables,
  /** Whose programs the verifier runs. @default those of the image, except what the solution also changes */
  verifier_tools: z.enum(['image', 'agent']).optional(),
  /** Reward of doing nothing. @default 0 */
  no_op_reward: z.number().min(0).lt(1).optional(),
  /** One action that runs the solution of each step. @default it has none */
  gold: z.string().optional(),
  /** Plausible but wrong solutions: the reward of each must be below 1. */
  wrong: z.array(z.string()).optional(),
  /** Attempts to get a reward without solving the task. */
  cheats: z.array(z.string()).optional(),
  ungradable: Ungradable.optional(),
});
export type TerminalTask = z.infer<typeof TerminalTask>;
