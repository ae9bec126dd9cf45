import type { Command } from 'commander';
import type { Cli } from './cli.ts';
import { type Diagnosis, diagnose } from './doctor-checks.ts';
import { type Machine, thisMachine } from './machine.ts';
import { columns, EXIT, print, styled, type Terminal } from './terminal.ts';

const NOTES = '\nExit status 1 when no engine can run here.';

/** `stepwell doctor`: what this machine has and lacks, and which engine a server uses. */
export function declareCommand(command: Command, cli: Cli): void {
  command
    .option('--json', 'print JSON')
    .addHelpText('after', NOTES)
    .action(async ({ json }: { readonly json?: boolean }) => {
      cli.exit(await doctor(thisMachine(cli.terminal.env), cli.terminal, json ?? false));
    });
}

/** @returns the exit status */
export async function doctor(machine: Machine, terminal: Terminal, json: boolean): Promise<number> {
  const diagnosis = await diagnose(machine);
  if (json) print(terminal, JSON.stringify(diagnosis, null, 2));
  else show(terminal, diagnosis);
  return diagnosis.engine === null ? EXIT.bad : EXIT.ok;
}

const MARKS = { ok: 'ok  ', warn: 'warn', bad: 'bad ' } as const;
const STYLES = { ok: 'green', warn: 'yellow', bad: 'red' } as const;

function show(terminal: Terminal, { checks, engine, reason, isolation, isolationReason }: Diagnosis): void {
  const lines = columns(
    checks.map(({ name, found }) => [name, found]),
    '',
  ).split('\n');
  for (const [i, { status, remedy }] of checks.entries()) {
    print(terminal, `${styled(terminal, STYLES[status], MARKS[status])}  ${lines[i]}`);
    if (remedy !== undefined) print(terminal, `      → ${remedy}`);
  }
  print(terminal);
  if (engine === null) {
    print(terminal, styled(terminal, 'red', `no engine: ${reason}`));
    return;
  }
  print(terminal, `${styled(terminal, 'bold', `engine: ${engine}`)} (${reason})`);
  print(terminal, `isolation: ${isolation ?? 'not tried'} (${isolationReason})`);
}
