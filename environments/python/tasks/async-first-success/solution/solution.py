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
