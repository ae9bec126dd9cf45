import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { chooseEngine } from '../docker/engines/choice.ts';
import { type BashFigures, measureBash } from './bash.ts';
import { measureImages } from './images.ts';
import { ms, type Row } from './lanes.ts';
import { measurePlainDocker, type PlainDocker } from './plain-docker.ts';
import { measurePython } from './python.ts';
import { type BenchFlags, type Report, reportLines } from './report.ts';
import { measureSql } from './sql.ts';
import { TRAINER_CASES } from './trainers.ts';

/**
 * Measure a server in a process of its own, with the client in this one: both on the same processors.
 * @param print takes a line of the report
 * @returns whether every episode was graded as it must be
 */
export async function bench(flags: BenchFlags, print: (line: string) => void): Promise<boolean> {
  const wanted = (name: string): boolean => flags.only === undefined || flags.only === name;
  const figures: Record<string, unknown> = {};
  let failures = 0;
  const tell = <F>(
    name: string,
    report: Report<F>,
    more: readonly Row[] = [],
    title = `${name}-v1`,
  ): void => {
    figures[name] = report.figures;
    failures += report.failures;
    for (const line of reportLines(title, report.server, [...report.rows, ...more])) print(line);
  };
  if (wanted('bash')) {
    const report = await measureBash(flags);
    const compares = flags.plain && (await chooseEngine(flags.runtime)).runtime === 'docker';
    const plain = compares ? await measurePlainDocker('stepwell/bash', 5) : null;
    figures.plain = plain;
    tell('bash', report, plain === null ? [] : comparison(report.figures, plain));
  }
  if (wanted('sql')) tell('sql', await measureSql(flags));
  if (wanted('python')) tell('python', await measurePython(flags));
  if (wanted('images')) tell('images', await measureImages(flags), [], 'images of tasks');
  if (wanted('trainers')) {
    for (const { name, measure } of TRAINER_CASES) tell(name, await measure(flags), [], `trainers: ${name}`);
  }
  if (flags.json !== undefined) {
    const machine = { processors: cpus().length, model: cpus()[0]?.model, node: process.version };
    await writeFile(flags.json, `${JSON.stringify({ machine, options: flags, ...figures }, null, 2)}\n`);
  }
  return failures === 0;
}

function comparison({ graded, step_ms }: BashFigures, docker: PlainDocker): Row[] {
  return [
    ['plain Docker: create + start + rm', '1/s', docker.cycles_per_s.toFixed(1)],
    ['plain Docker: exec', 'ms', ms(docker.exec_ms)],
    ['graded episodes / Docker cycles', '', `${(graded.episodes_per_s / docker.cycles_per_s).toFixed(1)} ×`],
    ['Docker exec / step', '', `${(docker.exec_ms.p50 / step_ms.p50).toFixed(1)} ×`],
  ];
}
