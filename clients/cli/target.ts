import type { Command } from 'commander';
import { StepwellClient } from '../typescript/client.ts';
import { load } from './programs.ts';
import type { Terminal } from './terminal.ts';

export interface TargetFlags {
  readonly url?: string;
  readonly token?: string;
  readonly runtime?: string;
}

/** The server that a command works with: a running one, or one of its own that ends with it. */
export interface Target extends AsyncDisposable {
  readonly client: StepwellClient;
  readonly embedded: boolean;
}

interface EmbeddedOptions {
  /** Whether episodes will be played; without them no sandbox is kept warm. @default true */
  readonly sandboxes?: boolean;
}

/** Ends a stuck step soon: nobody waits for it any more. */
const EMBEDDED_DRAIN_MS = 1_000;

export function addTargetFlags(command: Command): void {
  command
    .option('--url <address>', 'server to use, e.g. ws://127.0.0.1:8765 (default: one of its own)')
    .option('--token <text>', "that server's token (default: $STEPWELL_TOKEN)")
    .option('--runtime <auto|docker|local>', 'engine of its own server (default: auto)');
}

/** Connect to `--url`, or to a server started for this command on a free port. */
export async function openTarget(
  terminal: Terminal,
  flags: TargetFlags,
  options: EmbeddedOptions = {},
): Promise<Target> {
  const token = flags.token ?? terminal.env.STEPWELL_TOKEN;
  if (flags.url !== undefined) {
    const client = await StepwellClient.connect(flags.url, { token });
    return { client, embedded: false, [Symbol.asyncDispose]: () => client.close() };
  }
  return startEmbedded(terminal, flags, options);
}

async function startEmbedded(
  terminal: Terminal,
  flags: TargetFlags,
  { sandboxes = true }: EmbeddedOptions,
): Promise<Target> {
  const [{ parseConfig }, { startServer }] = await Promise.all([load('config'), load('server')]);
  const argv = [
    '--host=127.0.0.1',
    '--port=0',
    `--pool=bash-v1=${sandboxes ? 1 : 0}`,
    `--drain-timeout-ms=${EMBEDDED_DRAIN_MS}`,
  ];
  if (flags.runtime !== undefined) argv.push(`--runtime=${flags.runtime}`);
  if (terminal.env.STEPWELL_LOG_LEVEL === undefined) argv.push('--log-level=error');
  const config = parseConfig(argv, terminal.env);
  const server = await startServer(config);
  const release = onSignal(() => server.close());
  try {
    const client = await StepwellClient.connect(server.url, { token: config.token ?? undefined });
    return {
      client,
      embedded: true,
      async [Symbol.asyncDispose]() {
        await client.close();
        await server.close();
        release();
      },
    };
  } catch (error) {
    await server.close();
    release();
    throw error;
  }
}

/** Close before dying by a signal, so that no sandbox outlives its server. @returns what takes the handlers off again */
function onSignal(close: () => Promise<void>): () => void {
  const end = (signal: NodeJS.Signals) => {
    const status = signal === 'SIGINT' ? 130 : 143;
    close().finally(() => process.exit(status));
  };
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
  return () => {
    process.off('SIGINT', end);
    process.off('SIGTERM', end);
  };
}
