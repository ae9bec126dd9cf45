import { z } from 'zod';
import type { Session } from '../image-definition.ts';

/** Docker's default capabilities less MKNOD, AUDIT_WRITE, SETPCAP and SETFCAP: the maximum for an agent's program. */
const AGENT_CAPABILITIES = 0x424fbn;
/** DAC_OVERRIDE, which a program needs to read an agent's files. */
const INSPECTION_CAPABILITIES = 0x2n;

/** Where in a sandbox a program runs. */
export type Vantage = 'a session' | 'a program beside the session' | 'an inspection';

const bits = z
  .string()
  .regex(/^[0-9a-f]{1,16}$/)
  .transform((text) => BigInt(`0x${text}`));

/** A program's report on its own confinement. */
const Report = z.object({
  CapInh: bits,
  CapPrm: bits,
  CapEff: bits,
  CapBnd: bits,
  CapAmb: bits,
  NoNewPrivs: z.string(),
  Seccomp: z.string(),
});

// Read the whole status at once: its fields change their width, so that a second read starts at a wrong offset.
const shell =
  "status=$(</proc/$$/status); IFS=$'\\n'; " +
  'for line in $status; do case $line in Cap*|NoNewPrivs:*|Seccomp:*) echo "$line";; esac; done; ' +
  'readlink /proc/$$/fd/* || :';
const python = [
  'import os',
  'for line in open("/proc/self/status"): print(line, end="")',
  'for name in os.listdir("/proc/self/fd"):',
  '    try: print(os.readlink(f"/proc/self/fd/{name}"))',
  '    except OSError: pass',
].join('\n');

/** Code that makes a session report its confinement. */
export const reportCode: Readonly<Record<Session, string>> = { bash: shell, python };

/** A program that reports its confinement; `/bin/bash` is in every image. */
export const reportProgram: readonly string[] = ['/bin/bash', '-c', shell];

/**
 * What a program may have open: its input and output, a session also the memory file with its code, and the folder or file
 * of /proc that this report is read from.
 */
const ownDescriptors = /^(\/dev\/null|pipe:\[\d+\]|\/memfd:code \(deleted\)|\/proc\/\d+\/(fd|status))$/;

/** What is wrong in a report, as texts; empty if the confinement holds. */
export function escapes(vantage: Vantage, text: string): string[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const fields = lines.map((line) => /^(\w+):\s*(\S+)/.exec(line)).filter((match) => match !== null);
  const report = Report.safeParse(Object.fromEntries(fields.map(([, name, value]) => [name, value])));
  if (!report.success) return [`${vantage} did not report its confinement: ${text.slice(0, 200)}`];
  const { NoNewPrivs, Seccomp, ...sets } = report.data;
  const allowed = vantage === 'an inspection' ? INSPECTION_CAPABILITIES : AGENT_CAPABILITIES;
  const found: string[] = [];
  for (const [name, set] of Object.entries(sets)) {
    if ((set & ~allowed) !== 0n) found.push(`${name} of ${vantage} is ${set.toString(16)}`);
  }
  if (NoNewPrivs !== '1') found.push(`${vantage} can gain privileges`);
  if (Seccomp !== '2') found.push(`${vantage} has no system call filter`);
  const foreign = lines.filter((line) => /^(\/|\w+:\[)/.test(line) && !ownDescriptors.test(line));
  if (foreign.length > 0) found.push(`${vantage} has open ${foreign.join(', ')}`);
  return found;
}
