"""A reset that begins where there is room."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from ..errors import StepwellError
from .members import Members, may_go_elsewhere
from .node import Node, NodeDown
from .placement import least_leased

T = TypeVar("T")

_PAUSE_S = 0.1
"""Time before all servers are tried again."""


async def placed(
    members: Members,
    count: int,
    wait_s: float,
    fits: Callable[[Node], bool],
    begin: Callable[[Node, int], Coroutine[Any, Any, T]],
) -> T:
    """
    First on each server that seems to have `count` free sandboxes, without waiting there; then in the queue of the least
    leased server. A server that is lost, shuts down or has no capacity is left for another one while time is left.

    `begin` gets the server and `queue_timeout_ms`, and must leave nothing behind when it raises. Raises `NoServerError` if
    no server was up in all the time; else the last error.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + wait_s
    tried: set[Node] = set()
    waits = len(members.up) < 2
    last: StepwellError | None = None
    while True:
        left_s = max(0.0, until - loop.time())
        choices = [node for node in members.up if node not in tried and fits(node) and (waits or node.room >= count)]
        node = least_leased(choices, count, random.random)
        if node is None:
            if waits:
                if left_s == 0:
                    raise last or members.none()
                if tried:
                    await asyncio.sleep(min(left_s, _PAUSE_S * random.uniform(0.5, 1.5)))
                else:
                    await members.change(left_s)
            waits = True
            tried.clear()
            continue
        tried.add(node)
        node.sent += count
        try:
            return await node.run(begin(node, int(1000 * left_s) if waits else 0))
        except NodeDown:
            node.sent = max(0, node.sent - count)
        except StepwellError as error:
            node.sent = max(0, node.sent - count)
            if not may_go_elsewhere(error):
                raise
            if error.code in ("connection_lost", "connect"):
                node.suspect(error)
            last = error
