import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PythonTaskRecord } from '../../environments/python/task.ts';
import { BUILD_MS, type EngineCase, engineCases } from '../engines.ts';
import { python } from '../environments/python/source.ts';
import { describeUnless, unlessOrdinary } from '../requirements.ts';
import { openFaultyGrades, type Victim } from './faulty-grades.ts';
import type { Role } from './judge-processes.ts';

const ROLES: readonly Role[] = ['runner', 'init', 'session', 'judge', 'solution'];
/** Each test takes long enough for something to happen in it. */
const GOLD = 'import time\n\ndef f(x):\n    time.sleep(0.4)\n    return 2 * x\n';
/** Deserves a third. */
const WRONG = 'import time\n\ndef f(x):\n    time.sleep(0.4)\n    return 2\n';
const RECORD: PythonTaskRecord = {
  id: 'double',
  instruction: 'Double x.',
  entry: 'f',
  gold: GOLD,
  tests: [
    { name: 'a', args: [1], value: 2 },
    { name: 'b', code: 'assert f(2) == 4' },
    { name: 'c', code: 'got = f(3)\nassert got == 6 and isinstance(got, int)' },
  ],
  test_timeout_ms: 1000,
};
const PROGRAM: PythonTaskRecord = {
  id: 'program',
  instruction: 'Double standard input.',
  gold: 'import time\ntime.sleep(0.5)\nprint(2 * int(input()))\n',
  tests: [
    { name: 'a', stdin: '1\n', stdout: '2\n' },
    { name: 'b', stdin: '2\n', stdout: '4\n' },
  ],
  test_timeout_ms: 1000,
};

/** A random number generator that can be started again (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function itWithstands(engine: EngineCase): void {
  let grades: Awaited<ReturnType<typeof openFaultyGrades>>;

  beforeAll(async () => {
    grades = await openFaultyGrades(engine);
  }, BUILD_MS);

  afterAll(async () => {
    await grades?.close();
  });

  const graded = (...args: Parameters<typeof grades.graded>) => grades.graded(...args);
  /** How a grade ends that a fault does meet. */
  const disturbed = async (...args: Parameters<typeof grades.graded>) => {
    const { ending, sent } = await graded(...args);
    expect(sent).toBeGreaterThan(0);
    return ending;
  };

  describe.each(ROLES)('with the %s', (role) => {
    it('killed, gives the gold 1 and others what they deserve', async () => {
      const kill = (victim: Victim) => victim.signal(role, 'SIGKILL');
      expect(await disturbed(RECORD, GOLD, kill)).toEqual({ reward: 1 });
      expect(await disturbed(RECORD, WRONG, kill)).toEqual({ reward: 1 / 3 });
      expect(await disturbed(PROGRAM, PROGRAM.gold, kill)).toEqual({ reward: 1 });
    }, 300_000);

    it('stopped for longer than a test may take, gives the gold 1 and others what they deserve', async () => {
      const stop = (victim: Victim) => victim.stop(role, 2_500);
      expect(await disturbed(RECORD, GOLD, stop)).toEqual({ reward: 1 });
      expect(await disturbed(RECORD, WRONG, stop)).toEqual({ reward: 1 / 3 });
      expect(await disturbed(PROGRAM, PROGRAM.gold, stop)).toEqual({ reward: 1 });
    }, 300_000);
  });

  it('gives the gold 1 where sessions can be started no more', async () => {
    const kill = (victim: Victim) => victim.signal('zygote', 'SIGKILL');
    expect(await disturbed(RECORD, GOLD, kill)).toEqual({ reward: 1 });
    expect((await graded(RECORD, GOLD)).ending).toEqual({ reward: 1 });
  }, 300_000);

  it('gives the gold 1 where the sandbox is paused, and others what they deserve', async () => {
    const pause = (victim: Victim) => victim.pause(2_500);
    expect(await disturbed(RECORD, GOLD, pause)).toEqual({ reward: 1 });
    expect(await disturbed(RECORD, WRONG, pause)).toEqual({ reward: 1 / 3 });
    expect(await disturbed(PROGRAM, PROGRAM.gold, pause)).toEqual({ reward: 1 });
  }, 300_000);

  it('gives the gold 1 where it is disturbed as it is loaded', async () => {
    const gold = `import time\ntime.sleep(0.5)\n${GOLD}`;
    for (const role of ['solution', 'judge', 'session'] as const)
      expect(await disturbed(RECORD, gold, (victim) => victim.signal(role, 'SIGKILL'))).toEqual({
        reward: 1,
      });
    expect(await disturbed(RECORD, gold, (victim) => victim.pause(2_000))).toEqual({ reward: 1 });
  }, 300_000);

  it('gives the gold no number where the judge is killed again and again', async () => {
    for (const role of ['judge', 'session', 'solution'] as const) {
      const killEach = async (victim: Victim) => {
        for (let done = 0; !victim.isOver; ) {
          const { [role]: pid } = await victim.processes();
          if (pid === undefined || victim.sandboxes === done) continue;
          done = victim.sandboxes;
          await victim.signal(role, 'SIGKILL');
        }
      };
      const { ending, sandboxes } = await graded(RECORD, GOLD, killEach);
      expect({ role, ending, sandboxes }).toEqual({
        role,
        ending: { failure: 'runner_fault' },
        sandboxes: 3,
      });
    }
  }, 300_000);

  it('gives a solution that takes its time 0, however the judge is held up meanwhile', async () => {
    const slow = 'import time\n\ndef f(x):\n    time.sleep(1.6)\n    return 2 * x\n';
    for (const role of ['judge', 'session', 'solution'] as const) {
      const ending = await disturbed(RECORD, slow, (victim) => victim.stop(role, 2_000));
      expect({ role, ending }).toEqual({ role, ending: { reward: 0 } });
    }
    const busy = 'def f(x):\n    n = 0\n    while n < 10 ** 9:\n        n += 1\n    return 2 * x\n';
    expect(await disturbed(RECORD, busy, (victim) => victim.stop('judge', 2_000))).toEqual({
      reward: 0,
    });
  }, 300_000);

  it.each(SELF_INFLICTED)(
    'grades %s once, with 0',
    async (_, code) => {
      const { ending, sandboxes } = await graded(RECORD, code);
      expect({ ending, sandboxes }).toEqual({ ending: { reward: 0 }, sandboxes: 1 });
    },
    120_000,
  );

  it.each(SLOW)(
    'grades %s with 0, more than once only where the machine was too busy to tell',
    async (_, code) => {
      const { ending, sandboxes, isFirstDoubtful } = await graded(RECORD, code);
      expect({ ending, sandboxes }).toEqual({ ending: { reward: 0 }, sandboxes: isFirstDoubtful ? 2 : 1 });
    },
    240_000,
  );

  it('gives no second chance to a solution that sees that it fails', async () => {
    // It passes where nobody was there before; what it leaves behind is its only way to know.
    const lucky = python`
      import os, signal, time

      def f(x):
          if x > 1:
              for number in (9, 19):
                  try:
                      os.kill(os.getpid(), number)
                  except OSError:
                      pass
              time.sleep(9)
          return 2 * x
    `;
    expect(await graded(RECORD, lucky)).toMatchObject({ ending: { reward: 1 / 3 }, sandboxes: 1 });
  }, 300_000);

  it('gives the gold 1 or a failure at random kills, stops and pauses, and a wrong solution no more than it deserves', async () => {
    const seed = Number(process.env.STEPWELL_FAULT_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const random = randomFrom(seed);
    let [rewarded, met] = [0, 0];
    for (let round = 0; round < ROUNDS; round += 1) {
      const role = ROLES[Math.floor(random() * ROLES.length)] ?? 'judge';
      const [kind, after, ms] = [random(), random() * 900, random() * 2_500];
      const isWrong = round % 3 === 2;
      const fault = async (victim: Victim) => {
        await delay(after);
        if (kind < 0.4) await victim.signal(role, 'SIGKILL');
        else if (kind < 0.75) await victim.stop(role, ms);
        else await victim.pause(ms);
      };
      const { ending, sent } = await graded(RECORD, isWrong ? WRONG : GOLD, fault);
      met += sent;
      const said = { seed, round, role, kind, after, ms, ending };
      if ('reward' in ending) rewarded += 1;
      if ('reward' in ending) expect(said).toEqual({ ...said, ending: { reward: isWrong ? 1 / 3 : 1 } });
      else expect(said.ending).toEqual({ failure: expect.stringMatching(/runner_fault|died|unresponsive/) });
    }
    // Some faults met a process, and some grades came through.
    expect([rewarded > 0, met > 0]).toEqual([true, true]);
  }, 300_000);
}

const ROUNDS = 12;

/** What a solution can do to itself, so that it looks as if somebody else had done it. */
const SELF_INFLICTED: [what: string, code: string][] = [
  [
    'a solution that kills itself',
    'import os\n\ndef f(x):\n    for target in (os.getpid(), 0, -1, -os.getpgid(0)):\n        try:\n            os.kill(target, 9)\n        except OSError:\n            pass\n    raise ValueError\n',
  ],
  [
    'a solution that stops itself',
    'import os, signal, time\n\ndef f(x):\n    for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU):\n        for target in (os.getpid(), 0, -1):\n            try:\n                os.kill(target, number)\n            except OSError:\n                pass\n    time.sleep(9)\n',
  ],
  [
    'a solution that a child of its own kills',
    "import os, subprocess, time\n\ndef f(x):\n    subprocess.run(['sh', '-c', 'kill -9 $PPID; kill -STOP $PPID; kill -9 -1'])\n    raise ValueError\n",
  ],
  [
    'a solution that a child of its own stops, out of another group',
    'import os, signal, time\n\ndef f(x):\n    main = os.getpid()\n    if os.fork() == 0:\n        os.setpgid(0, 0)\n        if os.fork() == 0:\n            os.setpgid(0, os.getpgid(main))\n            time.sleep(5)\n            os._exit(0)\n        for number in (19, 20, 21, 22):\n            try:\n                os.kill(main, number)\n            except OSError:\n                pass\n        os._exit(0)\n    time.sleep(9)\n',
  ],
  ['a solution that ends in the middle', 'import os\n\ndef f(x):\n    os._exit(0)\n'],
  ['a solution that ends with the status of a kill', 'import os\n\ndef f(x):\n    os._exit(137)\n'],
  ['a solution that crashes', 'import os\n\ndef f(x):\n    os.abort()\n'],
  [
    'a solution with a timer that kills it',
    'import ctypes, time\n\ndef f(x):\n    event = (ctypes.c_int * 16)(0, 0, 9, 0)\n    timer = ctypes.c_void_p()\n    libc = ctypes.CDLL(None)\n    if libc.timer_create(1, event, ctypes.byref(timer)) == 0:\n        libc.timer_settime(timer, 0, (ctypes.c_long * 4)(0, 0, 0, 1000), None)\n        time.sleep(1)\n    raise ValueError\n',
  ],
  [
    'a solution with a child whose end kills it',
    'import ctypes, os, time\n\ndef f(x):\n    if ctypes.CDLL(None).syscall(56, 9, 0, 0, 0, 0) == 0:\n        os._exit(0)\n    time.sleep(0.2)\n    raise ValueError\n',
  ],
];

/** The same, which take their time: on a busy machine it cannot always be told whose. */
const SLOW: [what: string, code: string][] = [
  ['a solution that sleeps', 'import time\n\ndef f(x):\n    time.sleep(99)\n'],
  ['a solution that computes without end', 'def f(x):\n    while True:\n        pass\n'],
  [
    'a solution that limits its own processor time',
    'import os, resource\n\ndef f(x):\n    try:\n        resource.prlimit(0, resource.RLIMIT_CPU, (1, 60))\n    except (OSError, ValueError):\n        pass\n    while True:\n        pass\n',
  ],
  [
    'a solution with a crowd of busy processes',
    'import os\n\ndef f(x):\n    for _ in range(40):\n        try:\n            if os.fork() == 0:\n                break\n        except OSError:\n            break\n    while True:\n        pass\n',
  ],
  [
    'a solution that leaves others behind, which go for the next one',
    'import glob, os, signal, time\n\ndef f(x):\n    if os.fork() == 0:\n        os.setsid()\n        own = os.getpid()\n        while True:\n            for path in glob.glob("/proc/[0-9]*"):\n                if int(path[6:]) > own:\n                    try:\n                        os.kill(int(path[6:]), 9)\n                    except OSError:\n                        pass\n    os._exit(0)\n',
  ],
  [
    'a solution that takes all memory',
    'def f(x):\n    return [bytearray(1 << 20) for _ in range(1 << 20)]\n',
  ],
];

for (const engine of await engineCases()) {
  // Whom a fault meets is told by the user that it runs as.
  const missing = engine.missing ?? unlessOrdinary(engine.name, 'users beside its own');
  describeUnless(missing, `a disturbed Python grade on the ${engine.name} engine`, () =>
    itWithstands(engine),
  );
}
