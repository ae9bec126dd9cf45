import type { Command } from 'commander';
import type { ExplanationEvent } from '../../protocol/trajectory.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { integer } from './flags.ts';
import { explanationText } from './recordings/explanation-text.ts';
import { page } from './recordings/pager.ts';
import { printable } from './recordings/printable.ts';
import {
  addSourceFlags,
  type SourceFlags,
  type WholeRecording,
  wholeRecording,
} from './recordings/source.ts';
import { EXIT, print, styled, type Terminal } from './terminal.ts';

interface ExplainFlags extends SourceFlags {
  readonly json?: boolean;
  readonly step?: number;
}

/** `stepwell explain`: why an episode got its reward. */
export function declareCommand(command: Command, cli: Cli): void {
  command
    .argument('<trajectory>', 'a trajectory file, its path in the folder, or the id of an episode')
    .option('--step <number>', 'the grade after this step (default: the last one)', integer(0))
    .option('--json', 'print JSON');
  addSourceFlags(command);
  command.action(async (named: string, flags: ExplainFlags) => {
    const recording = await wholeRecording(cli.terminal, flags, named);
    const found = explanationIn(recording, flags.step);
    if (flags.json) {
      const { events: _, ...facts } = recording;
      const { after_step = null, explanation = null } = found ?? {};
      return print(cli.terminal, JSON.stringify({ ...facts, after_step, explanation }, null, 2));
    }
    if (found === undefined) throw none(recording, flags.step);
    await page(cli.terminal, text(cli.terminal, recording, found));
  });
}

function explanationIn({ events }: WholeRecording, step?: number): ExplanationEvent | undefined {
  const all = events.filter((event) => event.event === 'explanation');
  return all.findLast(({ after_step }) => step === undefined || after_step === step);
}

function none({ trajectory }: WholeRecording, step?: number): CommandError {
  if (trajectory.failure !== null) {
    return new CommandError(`a failure ended the episode: ${trajectory.failure}; it has no reward`, EXIT.bad);
  }
  const where = step === undefined ? 'it' : `step ${step}`;
  return new CommandError(
    `${where} was not graded, or before trajectories had explanations (version 4): play it again with \`stepwell replay\``,
    EXIT.bad,
  );
}

function text(
  terminal: Terminal,
  recording: WholeRecording,
  { after_step, explanation }: ExplanationEvent,
): string {
  const { events, trajectory } = recording;
  const graded = events.find(
    (event) =>
      (event.event === 'step' && event.step === after_step && event.reward !== null) ||
      ((event.event === 'evaluate' || event.event === 'limit') && event.after_step === after_step),
  );
  const { reward = null, info } = graded !== undefined && 'reward' in graded ? graded : {};
  const limit = info?.limit ?? (graded?.event === 'limit' ? 'time' : undefined);
  const facts = [
    `after step ${after_step} of ${trajectory.steps}`,
    `graded in ${(info?.grade_ms ?? 0).toFixed(1)} ms`,
    `actions took ${trajectory.step_ms.toFixed(1)} ms`,
    ...(limit === undefined ? [] : [`the limit of ${limit} was met`]),
    ...(info?.ungraded === undefined ? [] : [printable(info.ungraded)]),
  ];
  const title = `${printable(trajectory.task)} (${trajectory.environment}): reward ${reward === null ? 'none' : reward.toFixed(3)}`;
  return `${styled(terminal, 'bold', title)}\n${styled(terminal, 'dim', facts.join(', '))}\n\n${explanationText(terminal, explanation)}\n`;
}
