import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { EngineCase } from '../engines.ts';

/** A case of the suite: what is tried, what has to come of it, and the tests that try it on each engine. */
const SecurityCase = z.strictObject({
  part: z.enum(['limits', 'reset', 'escape', 'race', 'reward', 'lifecycle']),
  case: z.string(),
  outcome: z.string(),
  /** A file below `test/`, and a part of the tests' titles. */
  tests: z.array(z.strictObject({ file: z.string(), title: z.string() })),
  /** Why no test shows it. */
  unshown: z.string().optional(),
});
export type SecurityCase = z.infer<typeof SecurityCase>;

export const securityCases: readonly SecurityCase[] = z
  .array(SecurityCase)
  .parse(JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8')));

/** What became of a test. */
export interface Outcome {
  /** Below `test/`. */
  readonly file: string;
  /** With the titles of its suites before it, separated by ` > `. */
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  readonly ms: number;
}

export interface Row {
  readonly part: string;
  readonly case: string;
  readonly engine: EngineCase['name'];
  /** The declared one where that is what came of it. */
  readonly outcome: string;
  readonly ms: number;
  /** Whether it is as declared, or not shown here and says why. */
  readonly isExpected: boolean;
}

/** What is said of each case on each engine. A case without a test, or with one that is skipped for no reason, is a mismatch. */
export function rowsOf(cases: readonly SecurityCase[], outcomes: readonly Outcome[]): Row[] {
  const engines = ['docker', 'local'] as const;
  return cases.flatMap((one) => engines.map((engine) => rowOf(one, engine, outcomes)));
}

function rowOf(one: SecurityCase, engine: Row['engine'], outcomes: readonly Outcome[]): Row {
  const found = one.tests.flatMap(({ file, title }) => {
    const those = outcomes.filter(
      (test) => test.file === file && test.name.includes(title) && test.name.includes(`the ${engine} engine`),
    );
    return those.length > 0 ? those : [{ file, name: title, state: 'failed' as const, ms: 0 }];
  });
  const ms = found.reduce((sum, test) => sum + test.ms, 0);
  const row = { part: one.part, case: one.case, engine, ms };
  if (one.unshown !== undefined) return { ...row, outcome: `not shown: ${one.unshown}`, isExpected: true };
  const failed = found.filter(({ state }) => state === 'failed' || state === 'pending');
  const skipped = found.filter(({ state }) => state === 'skipped');
  const [unexplained] = skipped.filter(({ name }) => reasonOf(name) === null);
  const wrong = [...failed, ...(unexplained === undefined ? [] : [unexplained])];
  if (wrong.length > 0 || found.length === 0)
    return { ...row, outcome: `MISMATCH: ${wrong[0]?.name ?? 'no test'}`, isExpected: false };
  if (skipped.length === 0) return { ...row, outcome: one.outcome, isExpected: true };
  const reasons = [...new Set(skipped.map(({ name }) => reasonOf(name)))].join('; ');
  const shown = skipped.length === found.length ? '' : `${one.outcome}; in part `;
  return { ...row, outcome: `${shown}not shown: ${reasons}`, isExpected: true };
}

/** Why a test was skipped, as `titled` put it at the end of its title or a suite's. */
function reasonOf(name: string): string | null {
  for (const title of name.split(' > ')) {
    const reason = /\(not here: (.+)\)$/.exec(title)?.[1];
    if (reason !== undefined) return reason;
  }
  return null;
}
