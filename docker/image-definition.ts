import { z } from 'zod';

/** What runs an action's code: a shell, or a Python interpreter. The image decides. */
export type Session = 'bash' | 'python';

/** An image that an environment or a dataset needs, derived from another image. */
export interface ImageDefinition {
  /** Name by which sandboxes are acquired, e.g. `nl2bash-fs1`. */
  readonly name: string;
  /**
   * Name of the parent image; `bash`, `python` and `sql` are built in. The parent's session is the default. Or `docker:`
   * and a reference that the Docker engine has or can pull; or `dockerfile:` and the path of a folder on the server with a
   * Dockerfile and its context. These images need Python 3.9 or later (3.11 for
   * Python sessions), and bash.
   */
  readonly from: string;
  /** Images by the names that a Dockerfile or `docker:` has for them: stand-ins for what cannot be pulled. @default none */
  readonly bases?: Readonly<Record<string, string>>;
  /** Maximum time that the Docker engine may take for the Dockerfile, in seconds. @default no maximum */
  readonly buildTimeoutS?: number;
  /**
   * Absolute path of a file of the image that gets the settings of the `docker:` or `dockerfile:` image, as JSON: `env` (a list
   * of `NAME=text`), `workdir`, `user`.
   * @default none is written
   */
  readonly settingsFile?: string;
  /**
   * Keep it in the image store as it is, without a runner: sandboxes of the image `bash` take it at their reset. Only for `docker:`
   * and `dockerfile:`; it then needs only a shell.
   * @default it has containers of its own
   */
  readonly stored?: boolean;
  /** What its sessions run. @default that of `from`; a foreign image has `bash` */
  readonly session?: Session;
  /** Path of a tar file on the server, unpacked at `/`. @default nothing */
  readonly tree?: string;
  /** Texts of files by absolute path, written after the tree. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** Shell script that root runs once while the image is built, after tree and files. @default none */
  readonly script?: string;
  /** Make `/` a git repository with one commit that ignores the system folders. @default false */
  readonly gitAtRoot?: boolean;
  /**
   * Code that the session of every new sandbox runs before its first lease, e.g. to start a server. Its exit status must
   * be 0. It is not part of the image.
   * @default none
   */
  readonly prepare?: string;
}

/** The form of an `ImageDefinition` from outside: of a file, or of an environment's folder. Docker refuses other names. */
export const ImageSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/, 'use lower-case letters, digits, and . _ - between them'),
  from: z.string().min(1),
  bases: z.record(z.string(), z.string().min(1)).optional(),
  buildTimeoutS: z.number().positive().optional(),
  settingsFile: z.string().startsWith('/').optional(),
  stored: z.boolean().optional(),
  session: z.enum(['bash', 'python']).optional(),
  tree: z.string().min(1).optional(),
  files: z.record(z.string().startsWith('/'), z.string()).optional(),
  script: z.string().min(1).optional(),
  gitAtRoot: z.boolean().optional(),
  prepare: z.string().min(1).optional(),
} satisfies Record<keyof ImageDefinition, z.ZodType>) satisfies z.ZodType<ImageDefinition>;
