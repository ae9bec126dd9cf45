import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** What no agent may call, by purpose and name with its numbers on each machine, and what of it the runner needs. */
const SystemCalls = z.object({
  refused: z.record(z.string(), z.record(z.string(), z.array(z.int().nullable()))),
  runners: z.array(z.string()),
});

const EPERM = 1;
const ENOSYS = 38;
const CLONE_NEWUSER = 0x10000000;
/** Requests that freeze a file system of the machine (FIFREEZE, FITHAW) or type into a terminal (TIOCSTI, TIOCLINUX). */
const REFUSED_REQUESTS = [0xc0045877, 0xc0045878, 0x5412, 0x541c];

/**
 * The system calls that a container with the rights for layers may make, in Docker's format: all except those that no agent
 * may make and the runner does not need. It is a second wall behind the agent's own filter.
 */
export function seccompProfile(): string {
  known ??= makeProfile();
  return known;
}

let known: string | undefined;

function makeProfile(): string {
  const text = readFileSync(new URL('../../runner/system_calls.json', import.meta.url), 'utf8');
  const { refused, runners } = SystemCalls.parse(JSON.parse(text));
  const names = Object.values(refused).flatMap((calls) => Object.keys(calls));
  const refuse = { action: 'SCMP_ACT_ERRNO', errnoRet: EPERM } as const;
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    // The agent's own filter handles foreign architectures; without these entries the engine's filter would kill the process.
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [
      { ...refuse, names: names.filter((name) => !runners.includes(name)) },
      // The C library then falls back to `clone`, whose flags a filter can check.
      { action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS, names: ['clone3'] },
      { ...refuse, names: ['clone'], args: [masked(0, CLONE_NEWUSER)] },
      ...REFUSED_REQUESTS.map((request) => ({
        ...refuse,
        names: ['ioctl'],
        args: [{ index: 1, value: request, op: 'SCMP_CMP_EQ' }],
      })),
    ],
  });
}

/** The argument has this flag. */
function masked(index: number, flag: number) {
  return { index, value: flag, valueTwo: flag, op: 'SCMP_CMP_MASKED_EQ' };
}
