import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const ASYNCHRONOUS: readonly PythonTaskRecord[] = [
  {
    id: 'async-limited-gather',
    instruction:
      'Write a coroutine function gather_limited(limit, jobs): jobs is a list of functions without parameters that return ' +
      'a coroutine. Run them all at the same time, but never more than `limit` (at least 1) at once; start them in the order ' +
      'of the list, the next one as soon as one has ended. Return the list of their results in the order of jobs. If a ' +
      'job raises, start no more, cancel those that run, wait until they have ended, and raise the exception of the job ' +
      'that failed first.',
    entry: 'gather_limited',
    gold: python`
      import asyncio

      async def gather_limited(limit, jobs):
          results = [None] * len(jobs)
          waiting = iter(enumerate(jobs))
          failures = []

          async def work():
              for number, job in waiting:
                  try:
                      results[number] = await job()
                  except Exception as error:
                      failures.append(error)
                      raise

          workers = [asyncio.create_task(work()) for _ in range(min(limit, len(jobs)))]
          try:
              await asyncio.gather(*workers)
          except BaseException:
              for worker in workers:
                  worker.cancel()
              await asyncio.gather(*workers, return_exceptions=True)
              if failures:
                  raise failures[0]
              raise
          return results
    `,
    tests: [
      {
        name: 'results in order',
        code: python`
          import asyncio

          async def job(number):
              for _ in range(10 - number):
                  await asyncio.sleep(0)
              return number * number

          jobs = [lambda n=n: job(n) for n in range(8)]
          assert asyncio.run(gather_limited(3, jobs)) == [0, 1, 4, 9, 16, 25, 36, 49]
        `,
      },
      {
        name: 'never more than the limit, and not fewer',
        code: python`
          import asyncio

          running, most = 0, 0

          async def job():
              global running, most
              running += 1
              most = max(most, running)
              for _ in range(5):
                  await asyncio.sleep(0)
              running -= 1

          peaks = []
          for limit in (1, 2, 4, 50):
              most = 0
              asyncio.run(gather_limited(limit, [job] * 9))
              peaks.append(most)
          assert peaks == [1, 2, 4, 9]
        `,
      },
      {
        name: 'the next one at once',
        code: python`
          import asyncio

          async def main():
              log, gates = [], [asyncio.Event() for _ in range(4)]

              async def job(number):
                  log.append(number)
                  await gates[number].wait()

              running = asyncio.create_task(gather_limited(2, [lambda n=n: job(n) for n in range(4)]))
              for gate in (1, 2, 3, 0):
                  for _ in range(20):
                      await asyncio.sleep(0)
                  log.append(f'open {gate}')
                  gates[gate].set()
              await running
              return log

          assert asyncio.run(main()) == [0, 1, 'open 1', 2, 'open 2', 3, 'open 3', 'open 0']
        `,
      },
      { name: 'no jobs', code: 'import asyncio\nassert asyncio.run(gather_limited(5, [])) == []' },
      {
        name: 'a job that raises',
        code: python`
          import asyncio

          log = []

          async def slow(name):
              log.append('start ' + name)
              try:
                  for _ in range(500):
                      await asyncio.sleep(0)
              finally:
                  await asyncio.sleep(0)
                  log.append('end ' + name)

          async def bad():
              await asyncio.sleep(0)
              raise LookupError('bad job')

          async def main():
              try:
                  await gather_limited(3, [lambda: slow('a'), bad, lambda: slow('b'), lambda: slow('c')])
              except LookupError as error:
                  return [str(error), *sorted(log)]

          assert asyncio.run(main()) == ['bad job', 'end a', 'end b', 'start a', 'start b']
        `,
      },
    ],
    visibility: 'names',
    tags: ['async', 'hard'],
    wrong: [
      python`
        import asyncio

        async def gather_limited(limit, jobs):
            return await asyncio.gather(*(job() for job in jobs))
      `,
      python`
        import asyncio

        async def gather_limited(limit, jobs):
            results = []
            for start in range(0, len(jobs), limit):
                results += await asyncio.gather(*(job() for job in jobs[start:start + limit]))
            return results
      `,
      python`
        import asyncio

        async def gather_limited(limit, jobs):
            gate = asyncio.Semaphore(limit)

            async def run(job):
                async with gate:
                    return await job()

            return await asyncio.gather(*map(run, jobs))
      `,
    ],
    cheats: [
      python`
        import asyncio

        def run(coroutine, **named):
            coroutine.close()
            raise SystemExit(0)

        asyncio.run = run
        asyncio.Runner = None

        async def gather_limited(limit, jobs):
            return ['nothing gathered']
      `,
    ],
  },
];
