import { z } from 'zod';
import { Ungradable } from '../../protocol/environment.ts';

/** A file of a task, placed before the agent starts. */
export const TaskFile = z.strictObject({
  /** Absolute path. */
  path: z.string().startsWith('/'),
  /** @default file */
  type: z.enum(['file', 'directory', 'symlink']).optional(),
  /** Text of a file. */
  content: z.string().optional(),
  /** A file's content as base64, if it is not text. */
  content_base64: z.string().optional(),
  /** Target of a symlink. */
  target: z.string().optional(),
  /** Permission bits as octal text, e.g. `0644`. @default 0644, 0755 for directories */
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/)
    .optional(),
  /** Modification time, ISO 8601 in UTC. @default 2024-01-01T00:00:00Z */
  mtime: z.iso.datetime().optional(),
});
export type TaskFile = z.infer<typeof TaskFile>;

/** One Bash task as a dataset stores it. */
export const BashTaskRecord = z.strictObject({
  /** Unique in its dataset, kebab-case. */
  id: z.string().min(1),
  /** What the agent is asked to do. */
  instruction: z.string().min(1),
  /** The commands that solve it; a list is run joined with `;`. */
  gold: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  files: z.array(TaskFile).optional(),
  /** Working directory at the start. @default / */
  cwd: z.string().startsWith('/').optional(),
  /** Commands that run before the agent's first action; their effects are part of the start state. */
  setup: z.string().optional(),
  tags: z.array(z.string()).optional(),
  /** Plausible but wrong solutions: the reward of each must be below 1. */
  wrong: z.array(z.string()).optional(),
  /** Why it cannot be graded; set by an import or a check. */
  ungradable: Ungradable.optional(),
});
export type BashTaskRecord = z.infer<typeof BashTaskRecord>;
