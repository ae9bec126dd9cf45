import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { reasons, soakLines } from './report.ts';
import { runSoak, type SoakOptions } from './soak.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
};

const program = new Command('soak')
  .description(
    'Play episodes with known rewards for a while, on a server whose sandboxes are killed, paused and filled and whose ' +
      'clients vanish. Exit status 1 where a reward is wrong, a client gets no answer, or something has grown.',
  )
  .option('--minutes <n>', 'time of the faults', positive, 10)
  .option('--seed <n>', 'decides plays and faults (default: a random one)', positive)
  .addOption(new Option('--engine <name>', 'engine').choices(['docker', 'local']).default('docker'))
  .option('--clients <n>', 'clients at a time', positive, 12)
  .option('--sandboxes <n>', 'sandboxes of each image', positive, 4)
  .option('--tasks <n>', 'tasks of each environment', positive, 12)
  .option('--fault-every <seconds>', 'mean time between two faults', positive, 3)
  .addOption(
    new Option('--dialects <names>', 'SQL databases').choices(['sqlite', 'mysql', 'both']).default('both'),
  )
  .parse();
const flags = program.opts<SoakOptions & { readonly seed?: number }>();

const folder = await mkdtemp(join(tmpdir(), 'stepwell-soak-'));
try {
  const seed = flags.seed ?? Math.ceil(Math.random() * 1_000_000);
  const result = await runSoak({ ...flags, seed }, folder, (line) => console.error(line));
  for (const line of soakLines(result)) console.log(line);
  const found = reasons(result);
  console.log(found.length === 0 ? 'passed' : `not passed: ${found.join('; ')}`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
