import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';
import type { EngineName } from '../docker/engines/table.ts';

/** What tests need of the machine that it may lack. */
const NEEDS = ['docker', 'local', 'mariadb', 'python', 'programs', 'data', 'pip', 'chromium'] as const;
export type Need = (typeof NEEDS)[number];

const asked = namesIn('STEPWELL_REQUIRE', NEEDS);
/** What a bare machine can show. */
const LEAVABLE = ['local', 'plain'] as const;
type Leavable = (typeof LEAVABLE)[number];
const leftOut = namesIn('STEPWELL_LEAVE_OUT', LEAVABLE);

/** Whether STEPWELL_REQUIRE names anything. */
export const isAnyRequired: boolean = asked.length > 0;

/** Whether STEPWELL_REQUIRE names it. */
export const isRequired = (need: Need): boolean => asked.includes(need);

/** Whether STEPWELL_LEAVE_OUT names it. */
export const isLeftOut = (part: Leavable): boolean => leftOut.includes(part);

function namesIn(variable: string, known: readonly string[]): readonly string[] {
  const names = (process.env[variable] ?? '').split(',').filter((name) => name !== '');
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`${variable} knows ${known.join(', ')}, not ${unknown.join(', ')}`);
  return names;
}

/**
 * Why something is missing, as it is given, or `null`.
 * @throws where STEPWELL_REQUIRE names it
 */
export function unlessRequired(need: Need, missing: string | null): string | null {
  if (missing !== null && asked.includes(need)) throw new Error(`STEPWELL_REQUIRE names ${need}: ${missing}`);
  return missing;
}

/** Why what a bare machine can show is not shown in this run, or `null`: another run shows it. */
export function leftToAnother(need: 'local'): string | null {
  return isLeftOut(need) ? `STEPWELL_LEAVE_OUT names ${need}` : null;
}

/** What a local engine lacks that is not root's, in the words of a skipped test. */
export type OrdinaryLack = 'users beside its own' | 'programs that it may replace' | 'control groups';

/** Why something cannot be shown on this engine, or `null`: an ordinary user's local engine can do less than root's. */
export function unlessOrdinary(engine: EngineName, lack: OrdinaryLack): string | null {
  const isOrdinary = engine === 'local' && process.getuid?.() !== 0;
  return isOrdinary ? `an ordinary user’s local engine has no ${lack}` : null;
}

/** Where the sandboxes of the local engine look for programs. */
export const SANDBOX_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Those of the programs that are not in PATH, or in a path that is given. */
export function absentPrograms(programs: readonly string[], path = process.env.PATH): string[] {
  const isAbsent = (name: string) =>
    spawnSync('/bin/sh', ['-c', `command -v ${name}`], { env: { PATH: path } }).status !== 0;
  return programs.filter(isAbsent);
}

/** A title that says why its tests are skipped. */
export const titled = (title: string, missing: string | null) =>
  missing === null ? title : `${title} (not here: ${missing})`;

/** A suite that is skipped where something is missing; the report then says what. */
export function describeUnless(missing: string | null, title: string, body: () => void): void {
  describe.skipIf(missing !== null)(titled(title, missing), body);
}

/** A test that is skipped where something is missing; the report then says what. */
export function itUnless(
  missing: string | null,
  title: string,
  body: () => void | Promise<void>,
  timeoutMs?: number,
): void {
  it.skipIf(missing !== null)(titled(title, missing), body, timeoutMs);
}
