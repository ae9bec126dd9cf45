import { type Command, InvalidArgumentError } from 'commander';
import type { Agent } from '../eval/agent.ts';
import type { AttemptResult } from '../eval/attempt.ts';
import { evaluate } from '../eval/evaluate.ts';
import { RunFile, type RunHead } from '../eval/run-file.ts';
import { STRATEGIES } from '../eval/strategy.ts';
import { summaryOf } from '../eval/summary.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { type AgentFlags, agentOf } from './eval-agent.ts';
import { summaryText } from './eval-text.ts';
import { integer } from './flags.ts';
import { eachTask } from './local-tasks.ts';
import { bar, isTerminal, StatusLine } from './progress.ts';
import { addResetFlags, environmentOf, type ResetFlags, resetOptions, resetParams } from './reset-flags.ts';
import { addTargetFlags, openTarget, type TargetFlags } from './target.ts';
import { EXIT, print } from './terminal.ts';

interface EvalFlags extends TargetFlags, AgentFlags {
  readonly dataset?: string;
  readonly environment?: string;
  readonly tasks?: number;
  readonly every?: number;
  readonly samples?: number;
  readonly concurrency?: number;
  readonly retries?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Turns of an agent that has no limit of its own. */
const MOST_TURNS = 100;
const NOTES = `
Agents:
  gold, noop                        the solutions of the tasks; a submit at once
  replay:<file>                     recorded actions: a trajectory, or JSON lines with \`task\` (or \`task_id\`) and \`actions\`
  --model <name>                    a model behind an OpenAI-compatible endpoint ($OPENAI_BASE_URL, $OPENAI_API_KEY), asked by a
                                    --strategy (${STRATEGIES.join(', ')}, or a file)
  any other                         a command that answers {"type":"reset",…} and {"type":"step",…} by {"action":…}, JSON lines on
                                    standard input and output; one process per episode

As in InterCode's experiments: --reward every_step --semantics intercode; an attempt ends at its first success.
The episodes have the tag eval:<agent>; \`stepwell trajectories stats --tag …\` and the server's page show them, too.
Exit status 1 when an attempt has no reward because of a failure.`;

/** `stepwell eval`: play an agent on a dataset, and say how well it does. */
export async function declareCommand(command: Command, cli: Cli): Promise<void> {
  command
    .option('--agent <agent>', 'gold, noop, replay:<file>, or a command (see below)')
    .option('--model <name>', 'a model of the endpoint')
    .option('--base-url <address>', 'the endpoint (default: $OPENAI_BASE_URL)')
    .option('--strategy <name>', 'how the model is asked (default: try-again)')
    .option('--temperature <number>', 'of the model (default: 0, or 0.7 with --samples)', temperatureOf)
    .option('--max-tokens <number>', 'of one answer (default: 1024)', integer(1))
    .option(
      '--agent-timeout-ms <number>',
      'deadline of one answer of the agent (default: 120000)',
      integer(1),
    )
    .option('--tasks <number>', 'only the first so many tasks', integer(1))
    .option('--every <number>', 'only every so-maniest task', integer(1))
    .option('--samples <number>', 'attempts at each task (default: 1)', integer(1, 1000))
    .option('--concurrency <number>', 'attempts at the same time (default: 4)', integer(1, 256))
    .option('--retries <number>', 'tries after a failure that may pass (default: 3)', integer(0, 20))
    .option('--out <file>', 'file of results, one JSON line each; an interrupted run goes on with it')
    .option('--json', 'print JSON');
  addTargetFlags(command);
  const options = await resetOptions(cli.terminal);
  addResetFlags(command, options, cli);
  command.addHelpText('after', NOTES).action(async (flags: EvalFlags & ResetFlags) => {
    await using target = await openTarget(cli.terminal, flags, flags.environment ? [flags.environment] : []);
    const environment = await environmentOf(flags, () => target.client.environments());
    const agent = await agentOf(cli.terminal, flags, environment);
    const given = resetParams(flags, options, environment);
    const tags = [...(given.tags ?? []), tagOf(agent)];
    const all = [];
    for await (const task of eachTask(target.client, { environment, dataset: flags.dataset })) all.push(task);
    const chosen = all.filter((task, at) => isChosen(task, at, flags)).slice(0, flags.tasks);
    if (chosen.length === 0)
      throw new CommandError('--task: the dataset has no such task that can be graded');
    const { samples = 1, concurrency = 4, retries = 3 } = flags;
    const dataset = all[0]?.dataset ?? '';
    const { environment: _, task: __, ...shown } = given;
    const head: RunHead = {
      ...{
        run: 'stepwell-eval',
        version: 1,
        agent: agent.name,
        environment,
        dataset,
        options: shown,
        samples,
      },
    };
    const line = isTerminal(cli.terminal.errors) ? new StatusLine(cli.terminal.errors) : null;
    const began = performance.now();
    const { results, ungradable } = await evaluate({
      ...{ client: target.client, agent, tasks: chosen, samples, concurrency, retries },
      reset: { ...given, environment, tags },
      maxTurns: given.max_turns ?? MOST_TURNS,
      file: fileOf(flags.out, head),
      onResult: (done, total) => line?.show(progressText(done, total)),
    });
    line?.end();
    const summary = summaryOf(results);
    const seconds = (performance.now() - began) / 1000;
    cli.exit(Object.keys(summary.failures).length > 0 ? EXIT.bad : EXIT.ok);
    if (flags.json) print(cli.terminal, JSON.stringify({ ...head, summary, ungradable, results }, null, 2));
    else print(cli.terminal, summaryText(cli.terminal, head, { summary, ungradable, seconds }));
  });
}

function isChosen(
  { id, index, ungradable }: { readonly id: string; readonly index: number; readonly ungradable?: unknown },
  at: number,
  { every = 1, include_ungradable: all, semantics, task }: EvalFlags & ResetFlags,
): boolean {
  if (task !== undefined) return task === id || task === index;
  return at % every === 0 && (ungradable === undefined || all === true || semantics === 'intercode');
}

/** @throws {CommandError} it is the file of another run */
function fileOf(path: string | undefined, head: RunHead): RunFile {
  try {
    return new RunFile(path ?? null, head);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}

function tagOf({ name }: Agent): string {
  return `eval:${name.replaceAll(/[^A-Za-z0-9 ._:/@+=#-]/g, '_')}`.slice(0, 64);
}

function progressText(done: readonly AttemptResult[], total: number): string {
  const graded = done.filter(({ failure }) => failure === null);
  const successes = graded.filter(({ success }) => success).length;
  const rate = graded.length === 0 ? '-' : `${((100 * successes) / graded.length).toFixed(1)} %`;
  const failed = done.length - graded.length;
  return `${bar(done.length / total)} ${done.length}/${total}, success ${rate}${failed === 0 ? '' : `, ${failed} failures`}`;
}

function temperatureOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 2) return value;
  throw new InvalidArgumentError('Give a number from 0 to 2.');
}
