async def retry(job, attempts, delay, longest, on, sleep):
    for number in range(attempts):
        try:
            return await job()
        except on as error:
            last = error
            await sleep(min(delay * 2 ** number, longest))
    raise last
