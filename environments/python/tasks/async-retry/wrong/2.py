async def retry(job, attempts, delay, longest, on, sleep):
    for number in range(attempts):
        try:
            return await job()
        except on:
            if number == attempts - 1:
                raise
        await sleep(delay)
        delay = min(delay * 2, longest)
