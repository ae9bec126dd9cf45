import asyncio

async def first_success(jobs):
    if not jobs:
        raise ValueError('no jobs')
    errors = []
    for future in asyncio.as_completed([job() for job in jobs]):
        try:
            return await future
        except Exception as error:
            errors.append(error)
    raise ExceptionGroup('all failed', errors)
