import { spawn } from 'node:child_process';
import type { Terminal } from '../terminal.ts';

/** Show a text; a person with a terminal that it does not fit gets it in `$PAGER`, by default `less -R`. */
export async function page(terminal: Terminal, text: string): Promise<void> {
  const rows = 'rows' in terminal.output ? Number(terminal.output.rows) : 0;
  const fits = text.split('\n').length < rows;
  if (!terminal.interactive || fits || terminal.env.PAGER === 'cat') {
    terminal.output.write(text);
    return;
  }
  const [program = 'less', ...args] = (terminal.env.PAGER || 'less').split(' ');
  await new Promise<void>((resolve) => {
    const env = { ...process.env, LESS: process.env.LESS ?? '-R' };
    const pager = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'], env });
    pager.on('error', () => {
      terminal.output.write(text);
      resolve();
    });
    pager.on('close', () => resolve());
    // The person may leave before the end.
    pager.stdin.on('error', () => {});
    pager.stdin.end(text);
  });
}
