import type { PythonTaskRecord } from '../task.ts';
import { python } from './source.ts';

export const RETRIES: readonly PythonTaskRecord[] = [
  {
    id: 'async-retry',
    instruction:
      'Write a coroutine function retry(job, attempts, delay, longest, on, sleep): job is a function without parameters ' +
      'that returns a coroutine, on a tuple of exception classes, sleep a coroutine function that takes seconds. Await ' +
      'job() up to `attempts` times (at least 1) until one gives a result, and return that. After an exception of one of ' +
      'the classes in on, and if there are attempts left, await sleep before the next: `delay` seconds the first time, ' +
      'then twice as long each time, but never longer than `longest`. The exception of the last attempt, and any exception ' +
      'of other classes at once, reaches the caller as it is; asyncio.CancelledError always does, even if a class in on ' +
      'would fit it.',
    entry: 'retry',
    gold: python`
      import asyncio

      async def retry(job, attempts, delay, longest, on, sleep):
          for left in range(attempts - 1, -1, -1):
              try:
                  return await job()
              except asyncio.CancelledError:
                  raise
              except on:
                  if not left:
                      raise
              await sleep(min(delay, longest))
              delay *= 2
    `,
    setup: python`
      import asyncio

      class Flaky:
          """A job that raises the given errors in turn and then gives 'done'; call(…) retries it."""

          def __init__(self, *errors):
              self.errors = list(errors)
              self.calls = 0
              self.slept = []

          async def job(self):
              self.calls += 1
              if self.errors:
                  raise self.errors.pop(0)
              return 'done'

          async def sleep(self, seconds):
              self.slept.append(seconds)

          def call(self, retry, attempts, delay, longest, on):
              try:
                  result = asyncio.run(retry(self.job, attempts, delay, longest, on, self.sleep))
              except BaseException as error:
                  result = type(error).__name__
              return [result, self.calls, self.slept]
    `,
    tests: [
      { name: 'at once', code: "assert Flaky().call(retry, 3, 1, 9, (OSError,)) == ['done', 1, []]" },
      {
        name: 'longer and longer',
        code: "assert Flaky(OSError(), OSError(), OSError(), OSError()).call(retry, 9, 1, 5, (OSError,)) == ['done', 5, [1, 2, 4, 5]]",
      },
      {
        name: 'no attempts left',
        code: "assert Flaky(OSError(), KeyError(), OSError()).call(retry, 3, 2, 3, (OSError, KeyError)) == ['OSError', 3, [2, 3]]",
      },
      {
        name: 'one attempt',
        code: "assert Flaky(OSError()).call(retry, 1, 2, 3, (OSError,)) == ['OSError', 1, []]",
      },
      {
        name: 'another class',
        code: "assert Flaky(ConnectionError(), ValueError()).call(retry, 5, 0.5, 3, (OSError,)) == ['ValueError', 2, [0.5]]",
      },
      {
        name: 'cancelled',
        code: "assert Flaky(ValueError(), asyncio.CancelledError()).call(retry, 5, 7, 3, (BaseException,)) == ['CancelledError', 2, [3]]",
      },
    ],
    visibility: 'full',
    tags: ['async', 'medium'],
    wrong: [
      python`
        async def retry(job, attempts, delay, longest, on, sleep):
            for number in range(attempts):
                try:
                    return await job()
                except on as error:
                    last = error
                    await sleep(min(delay * 2 ** number, longest))
            raise last
      `,
      python`
        async def retry(job, attempts, delay, longest, on, sleep):
            for number in range(attempts):
                try:
                    return await job()
                except on:
                    if number == attempts - 1:
                        raise
                await sleep(delay)
                delay = min(delay * 2, longest)
      `,
      python`
        import asyncio

        async def retry(job, attempts, delay, longest, on, sleep):
            try:
                return await job()
            except asyncio.CancelledError:
                raise
            except Exception:
                if attempts == 1:
                    raise
            await sleep(min(delay, longest))
            return await retry(job, attempts - 1, delay * 2, longest, on, sleep)
      `,
    ],
    cheats: [
      python`
        class Agreeable(list):
            def __eq__(self, other):
                return True

            def __ne__(self, other):
                return False

            __hash__ = object.__hash__

        Flaky.call = lambda *ignored: Agreeable(['never retried'])

        async def retry(job, attempts, delay, longest, on, sleep):
            return 'never retried'
      `,
    ],
  },
];
