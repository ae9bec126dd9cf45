import asyncio

async def gather_limited(limit, jobs):
    gate = asyncio.Semaphore(limit)

    async def run(job):
        async with gate:
            return await job()

    return await asyncio.gather(*map(run, jobs))
