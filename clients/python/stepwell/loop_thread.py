"""An event loop in a thread of its own, for programs without one, and for notebooks, whose own loop is taken."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

from .errors import ClosedError

T = TypeVar("T")


class LoopThread:
    """Runs coroutines for any number of threads. A forked process does not have its thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._stopping = False
        self._handing_over = threading.Lock()
        """Held while a coroutine is handed to the loop, so that none comes to a loop that has stopped."""
        self._thread = threading.Thread(target=self._serve, name="stepwell", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether its thread runs, in this process."""
        return self._thread.is_alive()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Wait for what it returns. An interrupt of this thread cancels it. Raises `ClosedError` if the loop is stopped."""
        if threading.current_thread() is self._thread:
            coroutine.close()
            raise RuntimeError("a callback cannot wait for its own client: use AsyncClient")
        future = self._handed_over(coroutine)
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            if not self._stopping:
                raise
            raise ClosedError("the client was closed meanwhile") from None
        finally:
            future.cancel()

    def iterate(self, items: AsyncIterator[T]) -> Iterator[T]:
        """Its items, each as soon as it is there."""
        try:
            while True:
                try:
                    yield self.run(_next(items))
                except StopAsyncIteration:
                    return
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                # A loop that has stopped has ended it.
                with contextlib.suppress(ClosedError):
                    self.run(close())

    def stop(self) -> None:
        """End the thread. What still runs there is cancelled."""
        if not self.alive:
            return
        with self._handing_over:
            if not self._stopping:
                self._stopping = True
                self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _handed_over(self, coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        # In a forked process, another thread of its parent may hold the lock for ever.
        if self.alive:
            with self._handing_over:
                if not self._stopping:
                    return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        coroutine.close()
        raise ClosedError("the client is closed")

    def _serve(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(_cancel_others())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()


async def _cancel_others() -> None:
    """Each ends for the thread that waits for it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _next(items: AsyncIterator[T]) -> T:
    return await items.__anext__()
