import type { Command } from 'commander';
import type { ResetOptions } from '../../protocol/episode.ts';
import { type Difference, replayEpisode } from '../replay/replay-episode.ts';
import { readTrajectory } from '../replay/trajectory-file.ts';
import type { Cli } from './cli.ts';
import { addTargetFlags, openTarget, type TargetFlags } from './target.ts';
import { EXIT, print, styled, type Terminal } from './terminal.ts';

interface ReplayFlags extends TargetFlags {
  readonly json?: boolean;
}

const SHOWN = 200;

const NOTES = `
Compares the task, the image's digest, and every observation, reward, component, flag and failure, but no durations.
Exit status 1 when anything differs. Dates, process ids and random numbers in an output always differ.`;

/** `stepwell replay`: play recorded episodes again and report every difference. */
export function declareCommand(command: Command, cli: Cli): void {
  command.argument('<trajectory...>', 'trajectory files (.jsonl)').option('--json', 'print JSON');
  addTargetFlags(command);
  command.addHelpText('after', NOTES).action(async (paths: string[], flags: ReplayFlags) => {
    const trajectories = await Promise.all(paths.map(readTrajectory));
    const warm = trajectories.map(({ reset }) => reset).filter(({ options }) => isPlain(options));
    const environments = [...new Set(warm.map(({ environment }) => environment))];
    await using target = await openTarget(cli.terminal, flags, environments);
    const reports = [];
    for (const trajectory of trajectories) {
      const replay = await replayEpisode(target.client, trajectory);
      reports.push({ file: trajectory.path, episode_id: trajectory.reset.episode_id, ...replay });
    }
    if (flags.json) print(cli.terminal, JSON.stringify(reports, null, 2));
    else for (const report of reports) show(cli.terminal, report);
    cli.exit(reports.some(({ differences }) => differences.length > 0) ? EXIT.bad : EXIT.ok);
  });
}

/** Whether an episode plays on its environment's default image. */
function isPlain({ dataset, dialect }: ResetOptions): boolean {
  return dataset === undefined && dialect === undefined;
}

interface Report {
  readonly file: string;
  readonly steps: number;
  readonly differences: readonly Difference[];
  readonly notes: readonly string[];
}

function show(terminal: Terminal, { file, steps, differences, notes }: Report): void {
  const count = differences.length;
  const verdict =
    count === 0
      ? styled(terminal, 'green', 'the same')
      : styled(terminal, 'red', `${count} difference${count === 1 ? '' : 's'}`);
  print(terminal, `${file}: ${steps} step${steps === 1 ? '' : 's'} replayed, ${verdict}`);
  for (const note of notes) print(terminal, `  note: ${note}`);
  for (const { where, field, recorded, replayed } of differences) {
    print(terminal, `  ${where}, ${field}`);
    print(terminal, `    recorded ${text(recorded)}`);
    print(terminal, `    replayed ${text(replayed)}`);
  }
}

function text(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= SHOWN ? json : `${json.slice(0, SHOWN)}… (${json.length} characters)`;
}
