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
