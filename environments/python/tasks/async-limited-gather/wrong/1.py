import asyncio

async def gather_limited(limit, jobs):
    return await asyncio.gather(*(job() for job in jobs))
