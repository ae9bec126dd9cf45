import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';

/** What tests need of the machine that it may lack. */
const NEEDS = ['docker', 'local', 'mariadb', 'python', 'programs', 'data'] as const;
export type Need = (typeof NEEDS)[number];

const asked = (process.env.STEPWELL_REQUIRE ?? '').split(',').filter((name) => name !== '');
const unknown = asked.filter((name) => !NEEDS.some((need) => need === name));
if (unknown.length > 0)
  throw new Error(`STEPWELL_REQUIRE knows ${NEEDS.join(', ')}, not ${unknown.join(', ')}`);

/**
 * Why something is missing, as it is given, or `null`.
 * @throws where STEPWELL_REQUIRE names it
 */
export function unlessRequired(need: Need, missing: string | null): string | null {
  if (missing !== null && asked.includes(need)) throw new Error(`STEPWELL_REQUIRE names ${need}: ${missing}`);
  return missing;
}

/** What a local engine lacks that is not root's, in the words of a skipped test. */
export type OrdinaryLack = 'users beside its own' | 'programs that it may replace' | 'control groups';

/** Why something cannot be shown on this engine, or `null`: an ordinary user's local engine can do less than root's. */
export function unlessOrdinary(engine: 'docker' | 'local', lack: OrdinaryLack): string | null {
  const isOrdinary = engine === 'local' && process.getuid?.() !== 0;
  return isOrdinary ? `an ordinary user’s local engine has no ${lack}` : null;
}

/** Those of the programs that are not in PATH. */
export function absentPrograms(programs: readonly string[]): string[] {
  return programs.filter((name) => spawnSync('/bin/sh', ['-c', `command -v ${name}`]).status !== 0);
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
