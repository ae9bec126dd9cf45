import asyncio

async def gather_limited(limit, jobs):
    results = []
    for start in range(0, len(jobs), limit):
        results += await asyncio.gather(*(job() for job in jobs[start:start + limit]))
    return results
