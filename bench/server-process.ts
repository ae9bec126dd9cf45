import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const STEPWELL = fileURLToPath(new URL('../clients/cli/stepwell.js', import.meta.url));

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  /** The line that it printed when it was ready. */
  readonly ready: string;
  readonly pid: number;
}

/**
 * Start `stepwell serve` as a user does, in a process of its own, and wait until it is ready.
 * @param errors descriptor of a file for its log @default standard error of this process
 */
export async function startServerProcess(
  flags: readonly string[],
  env: Readonly<Record<string, string>> = {},
  errors: number | 'inherit' = 'inherit',
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [STEPWELL, 'serve', '--port=0', '--log-level=error', ...flags], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', errors],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = await Promise.race([
    child.stdout === null ? Promise.reject(new Error('the server has no output')) : firstLine(child.stdout),
    exited.then((code) =>
      Promise.reject(new Error(`the server ended with status ${code} before it was ready`)),
    ),
  ]);
  const url = /https?:\/\/[^\s)]+/.exec(ready)?.[0];
  if (url === undefined || child.pid === undefined)
    throw new Error(`no address in the server's line: ${ready}`);
  return {
    url,
    ready,
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('the server printed nothing');
}
