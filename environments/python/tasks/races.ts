import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const RACES: readonly PythonTaskRecord[] = [
  {
    id: 'async-first-success',
    instruction:
      'Write a coroutine function first_success(jobs): jobs is a list of functions without parameters that return a ' +
      'coroutine. Start them all at once and return the result of the first that succeeds, None being a result like ' +
      'others; of several that have succeeded by the time it is noticed, that of the earliest in the list. Before it ' +
      'returns, the others are cancelled and have ended. Exceptions of jobs (subclasses of Exception) are passed over as long as others go on; if ' +
      'all fail, raise ExceptionGroup with the message "all failed" and the exceptions in the order of jobs. No jobs ' +
      'raise ValueError. If the caller is cancelled, so are all jobs.',
    entry: 'first_success',
    gold: python`
      import asyncio

      async def first_success(jobs):
          if not jobs:
              raise ValueError('no jobs')
          tasks = [asyncio.ensure_future(job()) for job in jobs]
          pending = set(tasks)
          try:
              while pending:
                  _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                  for task in tasks:
                      if task.done() and not task.cancelled() and task.exception() is None:
                          return task.result()
          finally:
              for task in pending:
                  task.cancel()
              await asyncio.gather(*pending, return_exceptions=True)
          raise ExceptionGroup('all failed', [task.exception() for task in tasks])
    `,
    tests: [
      {
        name: 'the quickest',
        code: python`
          import asyncio

          async def job(turns, result):
              for _ in range(turns):
                  await asyncio.sleep(0)
              return result

          jobs = [lambda: job(60, 'slow'), lambda: job(3, 'quick'), lambda: job(30, 'fair')]
          assert asyncio.run(first_success(jobs)) == 'quick'
        `,
      },
      {
        name: 'failures are passed over',
        code: python`
          import asyncio

          async def bad(turns):
              for _ in range(turns):
                  await asyncio.sleep(0)
              raise OSError(turns)

          async def good():
              for _ in range(30):
                  await asyncio.sleep(0)
              return 0

          assert asyncio.run(first_success([lambda: bad(0), good, lambda: bad(5), lambda: bad(500)])) == 0
        `,
      },
      {
        name: 'None is a result',
        code: python`
          import asyncio

          log = []

          async def nothing():
              log.append('ran')

          async def something():
              for _ in range(500):
                  await asyncio.sleep(0)
              return 'something'

          assert [asyncio.run(first_success([something, nothing])), log] == [None, ['ran']]
        `,
      },
      {
        name: 'the others have ended',
        code: python`
          import asyncio

          async def main():
              log = []

              async def slow(name):
                  try:
                      for _ in range(500):
                          await asyncio.sleep(0)
                  finally:
                      await asyncio.sleep(0)
                      await asyncio.sleep(0)
                      log.append(name)

              async def quick():
                  await asyncio.sleep(0)
                  return 'quick'

              result = await first_success([lambda: slow('a'), quick, lambda: slow('b')])
              return [result, sorted(log), len(asyncio.all_tasks())]

          assert asyncio.run(main()) == ['quick', ['a', 'b'], 1]
        `,
      },
      {
        name: 'all fail',
        code: python`
          import asyncio

          async def bad(turns, error):
              for _ in range(turns):
                  await asyncio.sleep(0)
              raise error

          outcomes = []
          jobs = [lambda: bad(9, KeyError('k')), lambda: bad(0, OSError('o')), lambda: bad(4, TypeError('t'))]
          try:
              asyncio.run(first_success(jobs))
          except ExceptionGroup as group:
              outcomes.append([group.message, *(type(error).__name__ for error in group.exceptions)])
          try:
              asyncio.run(first_success([]))
          except ValueError:
              outcomes.append('no jobs')
          assert outcomes == [['all failed', 'KeyError', 'OSError', 'TypeError'], 'no jobs']
        `,
      },
      {
        name: 'the caller is cancelled',
        code: python`
          import asyncio

          async def main():
              log = []

              async def slow(name):
                  try:
                      for _ in range(500):
                          await asyncio.sleep(0)
                  except asyncio.CancelledError:
                      log.append(name)
                      raise

              task = asyncio.create_task(first_success([lambda: slow('a'), lambda: slow('b')]))
              for _ in range(20):
                  await asyncio.sleep(0)
              task.cancel()
              try:
                  await task
              except asyncio.CancelledError:
                  log.append('cancelled')
              return log

          assert asyncio.run(main()) == ['a', 'b', 'cancelled']
        `,
      },
    ],
    tags: ['async', 'hard'],
    wrong: [
      python`
        import asyncio

        async def first_success(jobs):
            if not jobs:
                raise ValueError(jobs)
            tasks = [asyncio.create_task(job()) for job in jobs]
            done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            return done.pop().result()
      `,
      python`
        import asyncio

        async def first_success(jobs):
            if not jobs:
                raise ValueError('no jobs')
            errors = []
            for future in asyncio.as_completed([job() for job in jobs]):
                try:
                    return await future
                except Exception as error:
                    errors.append(error)
            raise ExceptionGroup('all failed', errors)
      `,
      python`
        async def first_success(jobs):
            if not jobs:
                raise ValueError('no jobs')
            errors = []
            for job in jobs:
                try:
                    return await job()
                except Exception as error:
                    errors.append(error)
            raise ExceptionGroup('all failed', errors)
      `,
    ],
    cheats: [
      python`
        class Agreeable:
            def __await__(self):
                return self
                yield

            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            def __hash__(self):
                return 0

            def __iter__(self):
                return iter(())

        async def first_success(jobs):
            return Agreeable()
      `,
    ],
  },
];
