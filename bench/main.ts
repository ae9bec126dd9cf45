import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type BashFigures, measureBash } from './bash.ts';
import { ms, type Row } from './lanes.ts';
import { measurePlainDocker, type PlainDocker } from './plain-docker.ts';
import { measurePython } from './python.ts';
import { type BenchOptions, type Report, reportLines } from './report.ts';
import { measureSql } from './sql.ts';

const positive = (text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
};

const program = new Command('bench')
  .description('Measure this machine, with a server in its own process and the client in this one.')
  .addOption(new Option('--only <name>', 'one environment (default: all)').choices(['bash', 'sql', 'python']))
  .option('--runtime <auto|docker|local>', 'engine of the sandboxes', 'docker')
  .option('--lanes <n>', 'concurrent episodes, and sandboxes (default: bash 32, sql 8, python 16)', positive)
  .option('--seconds <n>', 'time to measure steps, in seconds', positive, 10)
  .option('--sustained <n>', 'time to measure graded episodes, in seconds', positive, 60)
  .option('--json <file>', 'write the figures to this file, too')
  .option('--no-plain', 'do not measure plain Docker')
  .parse();
const options = program.opts<
  BenchOptions & { readonly only?: string; readonly json?: string; readonly plain: boolean }
>();

const wanted = (name: string): boolean => options.only === undefined || options.only === name;
const figures: Record<string, unknown> = {};
let failures = 0;

function tell<F>(name: string, report: Report<F>, more: readonly Row[] = []): void {
  figures[name] = report.figures;
  failures += report.failures;
  for (const line of reportLines(`${name}-v1`, report.server, [...report.rows, ...more])) console.log(line);
}

if (wanted('bash')) {
  const report = await measureBash(options);
  const compares = options.plain && options.runtime !== 'local';
  const plain = compares ? await measurePlainDocker('stepwell/bash', 5) : null;
  figures.plain = plain;
  tell('bash', report, plain === null ? [] : comparison(report.figures, plain));
}
if (wanted('sql')) tell('sql', await measureSql(options));
if (wanted('python')) tell('python', await measurePython(options));
if (options.json !== undefined) {
  const machine = { processors: cpus().length, model: cpus()[0]?.model, node: process.version };
  await writeFile(options.json, `${JSON.stringify({ machine, options, ...figures }, null, 2)}\n`);
}
process.exitCode = failures > 0 ? 1 : 0;

function comparison({ graded, step_ms }: BashFigures, docker: PlainDocker): Row[] {
  return [
    ['plain Docker: create + start + rm', '1/s', docker.cycles_per_s.toFixed(1)],
    ['plain Docker: exec', 'ms', ms(docker.exec_ms)],
    ['graded episodes / Docker cycles', '', `${(graded.episodes_per_s / docker.cycles_per_s).toFixed(1)} ×`],
    ['Docker exec / step', '', `${(docker.exec_ms.p50 / step_ms.p50).toFixed(1)} ×`],
  ];
}
