import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SandboxPool } from '../../docker/pool/pool.ts';
import type { Sandbox } from '../../docker/sandbox.ts';
import { BUILD_MS, dockerEngine, dockerMissing, type TestEngine } from '../engines.ts';
import { describeUnless } from '../requirements.ts';

const INTERFACES = 'cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d " " | sort | tr "\\n" " "';
const ROUTES = 'tail -n +2 /proc/net/route | wc -l';
/** A server and a client on loopback. */
const LOOPBACK = `python3 -c '
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.send(b"heard")
print(server.accept()[0].recv(9).decode())'`;
/** A raw socket, which no route is needed for. */
const OUTSIDE = `python3 -c '
import socket
for address in ("1.1.1.1", "172.17.0.1"):
    try:
        socket.create_connection((address, 53), 3)
        print("reached")
    except OSError as error:
        print(error.errno)'`;
/** "Network is unreachable". */
const UNREACHABLE = '101\n101\n';

describeUnless(await dockerMissing(), 'a task without a network on a server that has one', () => {
  let engine: TestEngine;
  let pool: SandboxPool;
  const held: Sandbox[] = [];
  beforeAll(async () => {
    engine = await dockerEngine();
    pool = new SandboxPool(engine.engine, {
      images: { bash: { warm: 1, max: 1 } },
      gradingReserve: 0,
      network: 'bridge',
    });
    pool.start();
  }, BUILD_MS);
  afterEach(async () => {
    for (const sandbox of held.splice(0)) await sandbox.release();
  });
  afterAll(async () => {
    await pool?.drain(0);
    await engine?.close();
  });
  async function acquire(): Promise<Sandbox> {
    const sandbox = await pool.acquire({ image: 'bash', purpose: 'episode' });
    held.push(sandbox);
    return sandbox;
  }
  const LIMITS = { timeoutMs: 20_000, maxOutputBytes: 4_096 };
  const output = async (sandbox: Sandbox, code: string) =>
    (await sandbox.run({ code, ...LIMITS })).output.toString();

  it('has only a loopback of its own', async () => {
    const sandbox = await acquire();
    expect(await output(sandbox, INTERFACES)).toContain('eth0 lo');
    await sandbox.become({ network: 'none' });
    expect(await output(sandbox, INTERFACES)).toBe('lo ');
    expect(await output(sandbox, ROUTES)).toBe('0\n');
    expect(await output(sandbox, LOOPBACK)).toBe('heard\n');
    expect(await output(sandbox, OUTSIDE)).toBe(UNREACHABLE);
  });

  it('has none for programs beside its session, as any user, nor after a restart', async () => {
    const sandbox = await acquire();
    await sandbox.become({ network: 'none', user: 'nobody' });
    const beside = await sandbox.exec({
      ...LIMITS,
      argv: ['-c', `${INTERFACES}; ${OUTSIDE}`],
      byShell: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
    });
    expect(beside.output.toString()).toBe(`lo ${UNREACHABLE}`);
    await sandbox.run({ code: 'exit 1', ...LIMITS });
    expect(await output(sandbox, `${INTERFACES}; id -u; ${OUTSIDE}`)).toBe(`lo 65534\n${UNREACHABLE}`);
    expect((await sandbox.snapshot()).state).toBeNull();
  });

  it('gets no way back: no right, and no other namespace', async () => {
    const sandbox = await acquire();
    await sandbox.become({ network: 'none' });
    const way = `python3 -c '
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
for pid in ("1", "self"):
    fd = os.open("/proc/%s/ns/net" % pid, os.O_RDONLY)
    print(libc.setns(fd, 0), ctypes.get_errno())
print(libc.unshare(0x40000000), ctypes.get_errno())'; ls /proc | grep -c "^[0-9]"; ip link add x type dummy 2>/dev/null; echo $?`;
    const said = await output(sandbox, way);
    expect(said).toMatch(/^-1 1\n-1 1\n-1 1\n/);
    expect(said.trim().split('\n').at(-1)).not.toBe('0');
  });

  it('leaves the network to the next lease', async () => {
    const first = await acquire();
    await first.become({ network: 'none' });
    await first.release();
    expect(await output(await acquire(), INTERFACES)).toContain('eth0 lo');
  });
});
