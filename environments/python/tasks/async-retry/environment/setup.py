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
