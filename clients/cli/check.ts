import type { Command } from 'commander';
import { CHECKS } from '../check/checks.ts';
import type { Subject } from '../check/subject.ts';
import { type Verdict, verdictLine, verdictOf } from '../check/verdict.ts';
import { openSubject, type WantedSubject } from './check-subject.ts';
import type { Cli } from './cli.ts';
import { CommandError } from './command-error.ts';
import { environmentFrom } from './dataset-places.ts';
import { integer } from './flags.ts';
import { addOwnFlags, type ResetFlags } from './reset-flags.ts';
import { addTargetFlags } from './target.ts';
import { columns, EXIT, print, styled, type Terminal } from './terminal.ts';

const BUILT_IN = 'built-in';
/** Default number of tasks to try. */
const FEW = 3;
const MOST_SEED = 2 ** 31;
/** Maximum number of tasks to name. */
const MOST_NAMED = 5;
const STYLES = { passed: 'green', failed: 'red', skipped: 'yellow' } as const;

const NOTES = `
Prints one line for each check: ✓ passed; ✗ failed, with the cause and the fix; - skipped, with the reason. The exit status is 1
if a check fails. Golds, wrong answers and cheats come from the dataset's records on this machine. Without --url the command starts
a server; it plays cheats and kills sandboxes only on that server. The checks, with what each one shows:

${columns(CHECKS.map(({ name, shows }) => [name, shows]))}`;

type CheckFlags = Omit<WantedSubject, 'options'> & ResetFlags;

/** `stepwell check`: check the contract of environments on any environment and dataset. */
export async function declareCommand(command: Command, cli: Cli): Promise<void> {
  command
    .argument(
      '<environment>',
      'id of the environment, e.g. bash-v1, or the folder of its definition',
      cli.environmentId,
    )
    .option('--dataset <name>', 'name of a dataset', BUILT_IN)
    .option('--tasks <number>', 'maximum number of tasks to try, spread over the dataset', integer(1), FEW)
    .option('--seed <number>', 'seed that chooses the tasks', integer(0, MOST_SEED), 0);
  addTargetFlags(command);
  command.addHelpText('after', NOTES);
  const own = await addOwnFlags(command, cli.terminal);
  command.action(async (environment: string, flags: CheckFlags) => {
    await environmentFrom(environment, cli.terminal);
    return check(cli, environment, { ...flags, options: own.given(environment, flags) });
  });
}

async function check({ terminal, exit }: Cli, environment: string, wanted: WantedSubject): Promise<void> {
  await using opened = await openSubject(terminal, environment, wanted);
  const { subject } = opened;
  const verdicts: Verdict[] = [];
  let isLost = false;
  void subject.client.closed.then(() => {
    isLost = true;
  });
  for (const one of CHECKS) {
    const verdict = await verdictOf(one, subject);
    // Every later check would fail the same way.
    if (isLost)
      throw new CommandError(`the connection to the server closed during the check "${one.name}"`, EXIT.bad);
    verdicts.push(verdict);
    print(terminal, coloured(terminal, verdict));
  }
  print(terminal, `\n${summary(subject, verdicts)}`);
  exit(verdicts.some(({ outcome }) => outcome === 'failed') ? EXIT.bad : EXIT.ok);
}

function coloured(terminal: Terminal, verdict: Verdict): string {
  const line = verdictLine(verdict);
  return styled(terminal, STYLES[verdict.outcome], line.slice(0, 1)) + line.slice(1);
}

function summary({ environment, dataset, tasks }: Subject, verdicts: readonly Verdict[]): string {
  const count = (wanted: Verdict['outcome']) => verdicts.filter(({ outcome }) => outcome === wanted).length;
  const more = tasks.length - MOST_NAMED;
  const named = tasks.slice(0, MOST_NAMED).map(({ id }) => id);
  const tried = [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const counts = `${count('passed')} checks passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  return `${environment}, ${dataset} (${tried}): ${counts}`;
}
