import { z } from 'zod';

/** Name of a server among the servers of one client. The workers of a server share its name. */
export const NodeName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'use at most 63 letters, digits, `.`, `_` and `-`, and begin with a letter or digit',
  );

/** The server in a resume token, e.g. `node-1` in `node-1.7c0…` and `node-1~2.7c0…` (its worker 2); `null` in older tokens. */
export function nodeOfToken(token: string): string | null {
  const end = token.lastIndexOf('.');
  return end > 0 ? token.slice(0, end).replace(/~\d+$/, '') : null;
}

/** Whether a server takes resets: not before its sandboxes are warm, nor when it shuts down. */
export const ServerStatus = z.enum(['ready', 'warming', 'draining']);
export type ServerStatus = z.infer<typeof ServerStatus>;

export const ServerStateParams = z.strictObject({});

/** What clients of many servers choose by. It is cheap: they ask every second. */
export const ServerState = z.object({
  node: z.string(),
  status: ServerStatus,
  episodes: z.object({
    /** Open episodes and those that begin. */
    open: z.number().int().min(0),
    max: z.number().int().min(1),
  }),
  sandboxes: z.object({
    /** Number of sandboxes by state: `starting`, `ready`, `leased`, `resetting`, `gone`. */
    states: z.record(z.string(), z.number().int().min(0)),
    /** Maximum number of sandboxes. */
    max: z.number().int().min(0),
    /** Requests that wait for one. */
    queued: z.number().int().min(0),
  }),
  datasets: z.array(
    z.object({
      environment: z.string(),
      name: z.string(),
      tasks: z.number().int().min(0),
      /** SHA-256 over the ids and instructions of its tasks, in hex. Equal on all servers that can stand in for each other. */
      digest: z.string(),
    }),
  ),
});
export type ServerState = z.infer<typeof ServerState>;
