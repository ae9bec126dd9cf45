import { existsSync, statSync } from 'node:fs';
import type { Command } from 'commander';
import type { Params, Result } from '../../../protocol/methods.ts';
import type { TrajectoryEvent } from '../../../protocol/trajectory.ts';
import { configuredPath, stateFolder } from '../../../server/config/state-folder.ts';
import type { TrajectoryStore } from '../../../server/store/store.ts';
import { StepwellClient } from '../../typescript/client.ts';
import { CommandError } from '../command-error.ts';
import type { Terminal } from '../terminal.ts';

export interface SourceFlags {
  readonly folder?: string;
  readonly url?: string;
  readonly token?: string;
}

/** Trajectories to look through: those of a folder, or of a server. */
export interface RecordingSource extends AsyncDisposable {
  list(params: Params<'trajectories/list'>): Promise<Result<'trajectories/list'>>;
  read(params: Params<'trajectories/read'>): Promise<Result<'trajectories/read'>>;
  stats(params: Params<'trajectories/stats'>): Promise<Result<'trajectories/stats'>>;
}

/** A whole trajectory. */
export interface WholeRecording extends Pick<Result<'trajectories/read'>, 'trajectory' | 'reset'> {
  readonly events: readonly TrajectoryEvent[];
}

export function addSourceFlags(command: Command): void {
  command
    .option(
      '--folder <path>',
      'folder of trajectories (default: $STEPWELL_TRAJECTORIES, or that of the state folder)',
    )
    .option('--url <address>', 'ask this server, e.g. ws://127.0.0.1:8765 (default: the folder)')
    .option('--token <text>', "that server's token (default: $STEPWELL_TOKEN)");
}

/** @throws {CommandError} there is no such folder */
export async function openSource(terminal: Terminal, flags: SourceFlags): Promise<RecordingSource> {
  if (flags.url !== undefined) return serverSource(flags.url, flags.token ?? terminal.env.STEPWELL_TOKEN);
  const store = await openStore(terminal, flags);
  return {
    list: (params) => store.list(params),
    read: (params) => store.read(params),
    stats: (params) => store.stats(params),
    async [Symbol.asyncDispose]() {
      store.close();
    },
  };
}

/** The trajectories of a folder of this machine. @throws {CommandError} there is no such folder */
export async function openStore(terminal: Terminal, { folder }: SourceFlags): Promise<TrajectoryStore> {
  const { env } = terminal;
  const wanted = folder ?? (env.STEPWELL_TRAJECTORIES || '$STEPWELL_HOME/trajectories');
  const path = configuredPath(wanted, stateFolder(env));
  if (path === null || !existsSync(path) || !statSync(path).isDirectory()) {
    throw new CommandError(
      `--folder: there is no folder ${path ?? wanted}: play an episode first, or name the folder of a server's --trajectories`,
    );
  }
  const { TrajectoryStore: Store } = await import('../../../server/store/store.ts');
  return new Store(path);
}

async function serverSource(url: string, token: string | undefined): Promise<RecordingSource> {
  const client = await StepwellClient.connect(url, { token, reconnectMs: 0 });
  return {
    list: (params) => client.call('trajectories/list', params),
    read: (params) => client.call('trajectories/read', params),
    stats: (params) => client.call('trajectories/stats', params),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/**
 * A trajectory by its file, its path in the folder, or the id of its episode.
 * @throws {CommandError} @throws {ProtocolError} @throws {RemoteError} `trajectory_not_found`
 */
export async function wholeRecording(
  terminal: Terminal,
  flags: SourceFlags,
  named: string,
): Promise<WholeRecording> {
  const isFile = flags.url === undefined && existsSync(named) && statSync(named).isFile();
  if (isFile) {
    const { readFilePage } = await import('../../../server/store/one-file.ts');
    return whole(async (page) => {
      try {
        return await readFilePage(named, page);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new CommandError(`${named}: ${reason}: name a trajectory file`);
      }
    });
  }
  await using source = await openSource(terminal, flags);
  const wanted = named.endsWith('.jsonl') ? { path: named } : { episode_id: named };
  return await whole((page) => source.read({ ...wanted, ...page }));
}

async function whole(
  read: (page: { from: number; limit: number }) => Promise<Result<'trajectories/read'>>,
): Promise<WholeRecording> {
  const events: TrajectoryEvent[] = [];
  for (let from = 0; ; ) {
    const page = await read({ from, limit: 200 });
    events.push(...page.events);
    if (page.next === null) return { trajectory: page.trajectory, reset: page.reset, events };
    from = page.next;
  }
}
