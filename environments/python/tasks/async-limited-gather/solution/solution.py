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
