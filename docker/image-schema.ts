import { z } from 'zod';
import type { ImageDefinition } from './sandbox.ts';

/** The form of an `ImageDefinition` of somebody else: a file or an environment from a folder. Docker refuses other names. */
export const ImageSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'use lower-case letters, digits, and . _ - between them'),
  from: z.string().min(1),
  session: z.enum(['bash', 'python']).optional(),
  tree: z.string().min(1).optional(),
  files: z.record(z.string().startsWith('/'), z.string()).optional(),
  script: z.string().min(1).optional(),
  gitAtRoot: z.boolean().optional(),
  prepare: z.string().min(1).optional(),
} satisfies Record<keyof ImageDefinition, z.ZodType>) satisfies z.ZodType<ImageDefinition>;
