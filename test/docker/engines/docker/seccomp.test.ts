import { execFile } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Container } from '../../../../docker/engine.ts';
import { seccompProfile } from '../../../../docker/engines/docker/seccomp.ts';
import { trialLimits } from '../../../../docker/engines/trial.ts';
import { BUILD_MS, dockerEngine, dockerMissing, type TestEngine } from '../../../engines.ts';
import { describeUnless } from '../../../requirements.ts';

/** Tried by the container's own root, who has SYS_ADMIN: only the profile is in the way. */
const TRY = `
import ctypes, json, os
libc = ctypes.CDLL(None, use_errno=True)
column = {"x86_64": 0, "aarch64": 1}[os.uname().machine]
def call(numbers, *arguments):
    ctypes.set_errno(0)
    numbers = (numbers, numbers) if isinstance(numbers, int) else numbers
    answer = libc.syscall(numbers[column], *[ctypes.c_long(one) for one in arguments])
    return ctypes.get_errno() if answer == -1 else 0
disk = os.open("/etc/hostname", os.O_RDONLY)
print(json.dumps({
    "unshare(CLONE_NEWUSER)": call((272, 97), 0x10000000),
    "clone(CLONE_NEWUSER)": call((56, 220), 0x10000000 | 17, 0, 0, 0, 0),
    "keyctl": call((250, 219), 0, -4, 0),
    "bpf": call((321, 280), 0, 0, 0),
    "io_uring_setup": call(425, 0, 0),
    "open_by_handle_at": call((304, 265), -1, 0, 0),
    "init_module": call((175, 105), 0, 0, 0),
    "kexec_load": call((246, 104), 0, 0, 0, 0),
    "FIFREEZE": call((16, 29), disk, 0xC0045877, 0),
    "clone3": call(435, 0, 0),
    "sethostname": call((170, 161), 0, 0),
    "getpid": call((39, 172)),
}))
`;

describe('the profile of a container', () => {
  it('leaves the runner what it makes layers with, and nothing else of what agents may not call', () => {
    const { syscalls } = JSON.parse(seccompProfile());
    const refused: string[] = syscalls[0].names;
    expect(refused).toEqual(
      expect.arrayContaining(['bpf', 'keyctl', 'unshare', 'kexec_load', 'io_uring_setup']),
    );
    for (const needed of ['mount', 'umount2', 'pivot_root', 'setns']) expect(refused).not.toContain(needed);
  });
});

describeUnless(await dockerMissing(), 'a container with it', () => {
  let opened: TestEngine;
  let container: Container;

  beforeAll(async () => {
    opened = await dockerEngine({ isolation: 'layer' });
    container = await opened.engine.start({ image: 'bash', limits: trialLimits, network: 'none' });
  }, BUILD_MS);
  afterAll(async () => {
    await container?.remove();
    await opened?.close();
  });

  it('refuses its own root what could harm the machine', async () => {
    const [EPERM, ENOSYS] = [1, 38];
    const answers = await new Promise<string>((resolve, reject) => {
      execFile('docker', ['exec', container.id, 'python3', '-I', '-c', TRY], (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
    });
    const { clone3, sethostname, getpid, ...refused } = JSON.parse(answers);
    expect({ clone3, sethostname, getpid }).toEqual({ clone3: ENOSYS, sethostname: 0, getpid: 0 });
    expect(Object.entries(refused).filter(([, answer]) => answer !== EPERM)).toEqual([]);
  });

  it('shows its runner no setting of the kernel that can be changed', async () => {
    const write = 'open("/proc/sys/kernel/core_pattern", "w")';
    const refused = await new Promise<string>((resolve) => {
      execFile('docker', ['exec', container.id, 'python3', '-I', '-c', write], (_, __, stderr) =>
        resolve(stderr),
      );
    });
    expect(refused).toContain('Read-only file system');
  });
});
