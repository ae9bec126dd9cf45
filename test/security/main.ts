import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import Docker from 'dockerode';
import { type Reporter, startVitest, type TestModule } from 'vitest/node';
import { type Outcome, type Row, rowsOf, securityCases } from './cases.ts';

const TESTS = resolve(import.meta.dirname, '..');

/** Says which file is being run, on standard error: the table is all that standard output has. */
const progress: Reporter = {
  onTestModuleStart: (module) => console.error(`running ${relative(TESTS, module.moduleId)}`),
};

/**
 * Run the tests of every case, and the rest of `test/security/`, and print a table of what came of them. The process ends
 * with status 1 where a case is not as declared or any of the tests failed.
 * @param parts the parts whose cases are meant; none for all
 */
async function main(parts: readonly string[]): Promise<void> {
  const unknown = parts.filter((part) => !securityCases.some((one) => one.part === part));
  if (unknown.length > 0) throw new Error(`no part of the suite: ${unknown.join(', ')}`);
  const cases = securityCases.filter(({ part }) => parts.length === 0 || parts.includes(part));
  const files = new Set(cases.flatMap(({ tests }) => tests.map(({ file }) => file)));
  const paths = [...(parts.length === 0 ? ['security/'] : []), ...files].map((file) => join(TESTS, file));
  const vitest = await startVitest('test', paths, { watch: false, reporters: [progress] });
  const modules = vitest.state.getTestModules();
  const outcomes = modules.flatMap(outcomesOf);
  const rows = rowsOf(cases, outcomes);
  print(rows);
  for (const line of await unshownHere()) console.log(`not shown on this machine: ${line}`);
  const wrong = rows.filter(({ isExpected }) => !isExpected).length;
  const failed = outcomes.filter(({ state }) => state === 'failed');
  for (const { file, name } of failed) console.log(`failed: ${file}: ${name}`);
  const unloaded = modules.filter((module) => module.state() === 'failed' && module.children.size === 0);
  for (const module of unloaded) console.log(`not loaded: ${relative(TESTS, module.moduleId)}`);
  console.log(
    `${rows.length - wrong} of ${rows.length} rows as declared; ${outcomes.length} tests, ${failed.length} failed`,
  );
  await vitest.close();
  process.exitCode = wrong + failed.length + unloaded.length > 0 ? 1 : 0;
}

function outcomesOf(module: TestModule): Outcome[] {
  const file = relative(TESTS, module.moduleId);
  return [...module.children.allTests()].map((test) => ({
    file,
    name: test.fullName,
    state: test.result().state,
    ms: Math.round(test.diagnostic()?.duration ?? 0),
  }));
}

function print(rows: readonly Row[]): void {
  const cells = rows.map((row) => [`${row.part}: ${row.case}`, row.engine, row.outcome, String(row.ms)]);
  for (const line of [['case', 'engine', 'outcome', 'ms'], ['---', '---', '---', '---:'], ...cells])
    console.log(`| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
}

/** What the tests take as it is on this machine, and therefore say nothing about. */
async function unshownHere(): Promise<string[]> {
  const info = await new Docker().info().catch(() => null);
  const ofDocker = info === null ? null : Number(info.CgroupVersion ?? 1);
  const ofMachine = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 2 : 1;
  const isRoot = process.getuid?.() === 0;
  return [
    ...(ofDocker === null
      ? []
      : [`the Docker engine with control groups of version ${3 - ofDocker}: it has ${ofDocker}`]),
    `the local engine with control groups of version ${3 - ofMachine}: the machine has ${ofMachine}`,
    `the local engine of ${isRoot ? 'an ordinary user: this is root' : 'root: this is an ordinary user'}`,
    `the system call filter of ${process.arch === 'x64' ? 'aarch64' : 'x86_64'}: the machine is another`,
  ];
}

await main(process.argv.slice(2));
