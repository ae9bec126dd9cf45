"""What many coroutines return, each as soon as it is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

R = TypeVar("R")


async def harvest(
    works: Iterable[Coroutine[Any, Any, R]], give_back: Callable[[R], Awaitable[None]]
) -> AsyncGenerator[R, None]:
    """When the reader leaves, or one of them raises, the others are cancelled, and results not taken are given back."""
    tasks: list[asyncio.Future[R]] = [asyncio.ensure_future(work) for work in works]
    done: asyncio.Queue[asyncio.Future[R]] = asyncio.Queue()
    for task in tasks:
        task.add_done_callback(done.put_nowait)
    left = set(tasks)
    try:
        for _ in tasks:
            task = await done.get()
            left.discard(task)
            yield task.result()
    finally:
        for task in left:
            task.cancel()
        for result in await asyncio.gather(*left, return_exceptions=True):
            if not isinstance(result, BaseException):
                await give_back(result)
