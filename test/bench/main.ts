import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { type BashFigures, measureBash } from './bash.ts';
import type { Percentiles } from './figures.ts';
import { measurePlainDocker, type PlainDocker } from './plain-docker.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
};

const program = new Command('bench')
  .description(
    'Measure this machine: a server in its own process, the client here, both on the same processors.',
  )
  .option('--runtime <auto|docker|local>', 'engine', 'docker')
  .option('--lanes <n>', 'episodes at a time', positive, 32)
  .option('--seconds <n>', 'time of the steps run', positive, 10)
  .option('--sustained <n>', 'time of the graded episodes run, in seconds', positive, 60)
  .option('--json <file>', 'write the figures there too')
  .option('--no-plain', 'leave out the plain Docker figures')
  .parse();
const options = program.opts<{
  runtime: string;
  lanes: number;
  seconds: number;
  sustained: number;
  json?: string;
  plain: boolean;
}>();

const bash = await measureBash(options);
const plain =
  options.plain && options.runtime !== 'local' ? await measurePlainDocker('stepwell/bash', 5) : null;
for (const line of report(bash, plain)) console.log(line);
if (options.json !== undefined) {
  const machine = { processors: cpus().length, model: cpus()[0]?.model, node: process.version };
  await writeFile(options.json, `${JSON.stringify({ machine, options, bash, plain }, null, 2)}\n`);
}
process.exitCode = bash.failures > 0 ? 1 : 0;

function report(figures: BashFigures, docker: PlainDocker | null): string[] {
  const ms = ({ p50, p90, p99 }: Percentiles) =>
    `p50 ${p50.toFixed(2)}   p90 ${p90.toFixed(2)}   p99 ${p99.toFixed(2)}`;
  const rows: (readonly [string, string, string])[] = [
    ['step, one episode', 'ms', ms(figures.step_ms)],
    [`steps, ${options.lanes} episodes`, '1/s', figures.steps_per_s.toFixed(0)],
    ['reset, warm', 'ms', ms(figures.reset_ms)],
    ['reset, back to back', 'ms', ms(figures.reset_busy_ms)],
    [
      `graded episodes, ${options.lanes} sandboxes, ${figures.episodes_seconds} s`,
      '1/s',
      figures.episodes_per_s.toFixed(1),
    ],
    ['memory of a warm sandbox', 'MiB', figures.memory_mib.toFixed(1)],
    ['failures', '', String(figures.failures)],
  ];
  if (docker !== null) {
    rows.push(
      ['plain Docker: create + start + rm', '1/s', docker.cycles_per_s.toFixed(1)],
      ['plain Docker: exec', 'ms', ms(docker.exec_ms)],
      [
        'graded episodes / Docker cycles',
        '',
        `${(figures.episodes_per_s / docker.cycles_per_s).toFixed(1)} ×`,
      ],
      ['Docker exec / step', '', `${(docker.exec_ms.p50 / figures.step_ms.p50).toFixed(1)} ×`],
    );
  }
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    figures.server,
    '',
    ...rows.map(([name, unit, value]) => `${name.padEnd(width)}  ${unit.padEnd(4)} ${value}`),
  ];
}
