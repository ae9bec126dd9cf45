import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHECKS } from '../../clients/check/checks.ts';
import { verdictLine, verdictOf } from '../../clients/check/verdict.ts';
import { type OpenSubject, openSubject } from '../../clients/cli/check-subject.ts';
import { DEFINITIONS } from '../../environments/registry.ts';
import { Dialect } from '../../environments/sql/task.ts';
import { FakeTerminal } from '../cli/fake-terminal.ts';
import { temporaryHome } from '../clients/real-server.ts';
import { BUILD_MS, type EngineCase, engineCases } from '../engines.ts';
import { absentPrograms, describeUnless, SANDBOX_PATH } from '../requirements.ts';
import { noMariadb } from './sql/mariadb.ts';

/** The first reset builds the image. */
const CHECK_MS = 300_000;
/** Cheats of the gallery that are played here; `test/security/cheat-gallery.test.ts` plays all. */
const FEW = 4;

interface Scenario {
  readonly environment: string;
  readonly options: { readonly dialect?: Dialect; readonly scoring?: string };
  /** Why it cannot be played on the local engine of this machine, or `null`. */
  readonly localLacks: string | null;
}

/** What built-in Bash tasks use, and a bare machine may lack. */
const BASH_PROGRAMS = ['python3', 'git', 'jq', 'awk'];

function lacking(programs: readonly string[]): string | null {
  return (
    absentPrograms(programs, SANDBOX_PATH)
      .map((name) => `no ${name}`)
      .join('; ') || null
  );
}

/** What environments lack on the local engine of this machine. */
const LOCAL_LACKS: Readonly<Record<string, string | null>> = {
  'bash-v1': lacking(BASH_PROGRAMS),
  'sql-v1 mysql': noMariadb,
  'terminal-v1': lacking(['python3']),
};

/** Environments without InterCode's semantics. */
const NATIVE = new Set(
  DEFINITIONS.filter(({ semantics }) => !semantics.includes('intercode')).map(({ id }) => id),
);

/** Every environment, in each of its dialects and with the scoring that also rewards earlier actions. */
const SCENARIOS = DEFINITIONS.flatMap(({ id, options }): Scenario[] => {
  const played = 'dialect' in options ? Dialect.options.map((dialect) => ({ dialect })) : [{}];
  const scored = 'weights' in options ? [{ scoring: 'composite' }] : [];
  return [...played, ...scored].map((chosen: Scenario['options']) => ({
    environment: id,
    options: chosen,
    localLacks: LOCAL_LACKS[chosen.dialect === undefined ? id : `${id} ${chosen.dialect}`] ?? null,
  }));
});

function keepsTheContract({ environment, options }: Scenario, runtime: EngineCase['name']): void {
  let home: string;
  let opened: OpenSubject;

  beforeAll(async () => {
    home = await temporaryHome();
    const terminal = new FakeTerminal('', { ...process.env, STEPWELL_HOME: home } as Record<string, string>);
    const wanted = { dataset: 'built-in', options, tasks: 2, seed: 0, runtime };
    opened = await openSubject(terminal, environment, wanted);
  }, BUILD_MS);

  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  it.each(CHECKS)('$name: $shows', { timeout: CHECK_MS }, async (check) => {
    const { subject } = opened;
    const few = { ...subject, cheats: subject.cheats?.slice(0, FEW) ?? null };
    // There is nothing to compare where InterCode has no such environment.
    const isNative = NATIVE.has(environment) && check.name === 'intercode';
    const expected = isNative
      ? `- intercode: skipped: ${environment} has native semantics only`
      : `✓ ${check.name}`;
    expect(verdictLine(await verdictOf(check, few))).toBe(expected);
  });
}

for (const scenario of SCENARIOS) {
  for (const { name, missing } of await engineCases({ usesMariadb: true })) {
    const { environment, options } = scenario;
    const chosen = Object.values(options).join(' ');
    const lacks = missing ?? (name === 'local' ? scenario.localLacks : null);
    describeUnless(lacks, `${environment} ${chosen} on the ${name} engine`, () =>
      keepsTheContract(scenario, name),
    );
  }
}
