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
