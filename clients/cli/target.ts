import type { Command } from 'commander';
import type { Runtime } from '../../docker/engines/table.ts';
import type { ConfigInput } from '../../server/config/config.ts';
import { configuredPath, stateFolder } from '../../server/config/state-folder.ts';
import { StepwellClient } from '../typescript/client.ts';
import type { ClientOptions } from '../typescript/client-options.ts';
import { showBuilds } from './building.ts';
import { CommandError } from './command-error.ts';
import { runtimeFlag } from './flags.ts';
import { localEnvironments } from './local-tasks.ts';
import { EXIT, type Terminal } from './terminal.ts';

export interface TargetFlags {
  readonly url?: string;
  readonly token?: string;
  readonly runtime?: Runtime;
}

/** The server that a command uses: a running one, or an embedded one that ends with the command. */
export interface Target extends AsyncDisposable {
  readonly client: StepwellClient;
  /** Its address, e.g. `http://127.0.0.1:8765`, and its token. */
  readonly url: string;
  readonly token: string | undefined;
  /** Whether it is embedded: in this process, for this command only. */
  readonly isOwn: boolean;
  /** Folder of its trajectories; `null` if it is unknown or on another machine. */
  readonly trajectories: string | null;
}

/** Options of the command's client. */
export type TargetOptions = Pick<ClientOptions, 'strict'>;

/** For how long a lost server is looked for, in milliseconds: somebody sits at the terminal. */
const RECONNECT_MS = 5_000;
/** Short, as no client waits for a stuck step. */
const EMBEDDED_DRAIN_MS = 1_000;
/** Deadline of calls to an embedded server, whose first reset may build an image. */
const BUILD_TIMEOUT_MS = 1_800_000;

export function addTargetFlags(command: Command): void {
  command
    .option('--url <address>', 'server to use, e.g. ws://127.0.0.1:8765 (default: start one)')
    .option('--token <text>', "that server's token (default: $STEPWELL_TOKEN)")
    .addOption(runtimeFlag('engine of the server that it starts'));
}

/**
 * Connect to `--url`, or start an embedded server on a free port.
 * @param warm environments for which the embedded server keeps a sandbox ready; it makes others on demand
 */
export async function openTarget(
  terminal: Terminal,
  flags: TargetFlags,
  warm: readonly string[],
  options: TargetOptions = {},
): Promise<Target> {
  const { url } = flags;
  if (url === undefined) return startEmbedded(terminal, flags, warm, options);
  const token = flags.token ?? terminal.env.STEPWELL_TOKEN;
  const client = await StepwellClient.connect(url, { token, reconnectMs: RECONNECT_MS, ...options });
  const close = () => client.close();
  return { client, url, token, isOwn: false, trajectories: null, [Symbol.asyncDispose]: close };
}

async function startEmbedded(
  terminal: Terminal,
  flags: TargetFlags,
  warm: readonly string[],
  options: TargetOptions,
): Promise<Target> {
  const [{ configOf }, { startServer }] = await Promise.all([
    import('../../server/config/flags.ts'),
    import('../../server/main.ts'),
  ]);
  // The reset refuses an unknown one by its name.
  const known = await localEnvironments(terminal);
  const kept = warm.filter((environment) => known.has(environment));
  const config = configOf(embeddedSettings(flags.runtime, kept, terminal.env), terminal.env);
  const ending = endOnSignal();
  try {
    const { signal } = ending;
    const server = await startServer(config, { env: terminal.env, ...showBuilds(terminal, true), signal });
    ending.close = () => server.close();
    try {
      const client = await StepwellClient.connect(server.url, {
        ...options,
        token: config.token ?? undefined,
        timeoutMs: BUILD_TIMEOUT_MS,
        // The server ends with this process: a lost socket has no successor.
        reconnectMs: 0,
        signal,
      });
      return {
        client,
        url: server.url,
        token: config.token ?? undefined,
        isOwn: true,
        trajectories: configuredPath(config.trajectories, stateFolder(terminal.env)),
        async [Symbol.asyncDispose]() {
          await client.close();
          await server.close();
          ending.forget();
        },
      };
    } catch (error) {
      await server.close();
      throw error;
    }
  } catch (error) {
    ending.forget();
    if (ending.signal.aborted) throw new CommandError('interrupted', EXIT.bad, { cause: error });
    throw error;
  }
}

function embeddedSettings(
  runtime: Runtime | undefined,
  warm: readonly string[],
  env: Terminal['env'],
): ConfigInput {
  return {
    host: '127.0.0.1',
    port: 0,
    pool: Object.fromEntries(warm.map((environment) => [environment, 1])),
    drain_timeout_ms: EMBEDDED_DRAIN_MS,
    runtime,
    log_level: env.STEPWELL_LOG_LEVEL === undefined ? 'error' : undefined,
  };
}

interface Ending {
  /** Aborts on a signal, also while the server starts. */
  readonly signal: AbortSignal;
  /** Called on a signal before the process ends, so that no sandbox outlives it. */
  close: (() => Promise<void>) | null;
  forget(): void;
}

/** The first SIGINT or SIGTERM closes the server; a second one ends the process at once. */
function endOnSignal(): Ending {
  const interrupted = new AbortController();
  const end = (signal: NodeJS.Signals) => {
    ending.forget();
    interrupted.abort();
    const status = signal === 'SIGINT' ? 130 : 143;
    void ending.close?.().finally(() => process.exit(status));
  };
  const ending: Ending = {
    signal: interrupted.signal,
    close: null,
    forget: () => {
      process.off('SIGINT', end);
      process.off('SIGTERM', end);
    },
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  return ending;
}
