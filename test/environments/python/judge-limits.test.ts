import { expect, it } from 'vitest';
import { type EngineCase, engineCases } from '../../engines.ts';
import { describeUnless } from '../../requirements.ts';
import { judging } from './judging.ts';
import { python } from './source.ts';

function itHolds(engine: EngineCase): void {
  const judged = judging(engine);

  it('refuses a solution to lower the priority of its own', async () => {
    const source = python`
      import ctypes, os

      libc = ctypes.CDLL(None)
      param = (ctypes.c_int * 16)(48)

      def f(x):
          tries = {
              'nice': lambda: os.nice(5),
              'setpriority': lambda: os.setpriority(os.PRIO_PROCESS, 0, 5),
              'thread': lambda: os.setpriority(os.PRIO_PROCESS, os.getpid(), 5),
              'idle': lambda: os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0)),
              'batch': lambda: os.sched_setscheduler(os.getpid(), os.SCHED_BATCH, os.sched_param(0)),
              'param': lambda: os.sched_setparam(0, os.sched_param(0)),
              'attr': lambda: 1 / (libc.syscall(314 if os.uname().machine == 'x86_64' else 274, 0, param, 0) + 1),
              'io': lambda: 1 / (libc.syscall(251 if os.uname().machine == 'x86_64' else 30, 1, 0, 3 << 13) + 1),
          }
          done = []
          for name, call in tries.items():
              try:
                  call()
                  done.append(name)
              except (OSError, ZeroDivisionError):
                  pass
          return done
    `;
    const { tests } = await judged({ entry: 'f', tests: [{ name: 'a', args: [1], value: [] }] }, source);
    expect(tests).toMatchObject([{ passed: true }]);
  });

  it('grades in less time where the answer must come sooner', async () => {
    const source = 'import time\n\ndef f(x):\n    time.sleep(x)\n    return x\n';
    const tests = [0, 2, 2, 2].map((x, at) => ({ name: `${at}`, args: [x], value: x }));
    const { tests: outcomes } = await judged({ entry: 'f', tests }, source, { seconds: 3 });
    expect(outcomes.map(({ passed }) => passed)).toEqual([true, true, false, false]);
  });

  it.each([
    ['threads of its children', 3],
    ['a few children', 1],
  ])(
    'counts the time in which a solution waits for its own: %s',
    async (_, threads) => {
      const source = python`
      import os, threading, time

      def burn():
          while True:
              pass

      for _ in range(6):
          if os.fork() == 0:
              for _ in range(THREADS):
                  threading.Thread(target=burn, daemon=True).start()
              time.sleep(60)
              os._exit(0)

      def f(x):
          began = time.process_time()
          while time.process_time() - began < 0.9:
              pass
          return 2 * x
    `;
      const record = { entry: 'f', tests: [{ name: 'a', args: [1], value: 2 }], test_timeout_ms: 1000 };
      const { tests } = await judged(record, source.replace('THREADS', `${threads}`));
      expect(tests).toMatchObject([{ error: { type: 'TimeoutError' } }]);
    },
    120_000,
  );

  it.each([
    ['blank lines', 'print("\\n" * 30_000_000)'],
    ['short lines', 'print("1\\n" * 15_000_000)'],
  ])(
    'compares an output of nothing but %s',
    async (_, source) => {
      const tests = [{ name: 'a', stdin: '', stdout: '1\n1\n' }];
      const { tests: outcomes } = await judged({ tests, gold: 'print(1)\nprint(1)\n' }, source);
      expect(outcomes).toMatchObject([{ error: { type: 'WrongAnswer' } }]);
    },
    60_000,
  );

  it.each([
    [
      'messages that break off',
      'InterpreterLost',
      python`
        import os, struct

        def f(x):
            data = struct.pack('!I', 16 << 20) + b'"' * ((16 << 20) - 1)
            while data:
                data = data[os.write(3, data):]
            os._exit(0)
      `,
    ],
    ['large exceptions', 'ValueError', 'def f(x):\n    raise ValueError("x" * (15 << 20))\n'],
    [
      'named tuples of many kinds',
      'WrongAnswer',
      python`
        import collections, os

        def f(x):
            return collections.namedtuple('T', ['a' * (7 << 20) + str(os.getpid())])(1)
      `,
    ],
  ])(
    'has as much memory for each grade as for the first one, whatever came before: %s',
    async (_, type, source) => {
      const tests = [{ name: 'a', args: [1], value: 2 }];
      for (let count = 0; count < 25; count += 1) {
        const { tests: outcomes } = await judged({ entry: 'f', tests }, source);
        expect(outcomes).toMatchObject([{ passed: false, error: { type } }]);
      }
      const { tests: outcomes } = await judged({ entry: 'f', tests }, 'def f(x):\n    return 2 * x\n');
      expect(outcomes).toMatchObject([{ passed: true }]);
    },
    120_000,
  );

  it('leaves nothing of the tests in memory that a solution inherits, in its first grade or a later one', async () => {
    const source = python`
      import ctypes, re

      def f(x):
          mark = b'n33' + b'dle:'
          found = set()
          with open('/proc/self/maps') as maps:
              for line in maps:
                  place, rights = line.split()[:2]
                  if not rights.startswith('rw'):
                      continue
                  start, end = (int(part, 16) for part in place.split('-'))
                  data = ctypes.string_at(start, end - start)
                  found.update(re.findall(re.escape(mark) + b'[a-z]{9}', data))
          return sorted(text.decode('latin-1') for text in found)
    `;
    for (const value of ['n33dle:expecteda', 'n33dle:expectedb', 'n33dle:expectedc']) {
      const tests = [{ name: 'a', args: [1], value: [value] }];
      const { tests: outcomes } = await judged({ entry: 'f', tests }, source);
      expect(outcomes).toMatchObject([{ passed: false, error: { actual: '[]' } }]);
    }
  }, 60_000);
}

for (const engine of await engineCases()) {
  describeUnless(engine.missing, `limits of a Python grade on the ${engine.name} engine`, () =>
    itHolds(engine),
  );
}
