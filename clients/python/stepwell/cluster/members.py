"""The servers of one client. Those behind a DNS name come and go."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

from ..async_client import AsyncClient
from ..errors import ConnectError, StepwellError
from .addresses import Address, Resolve, addresses_of, are_names
from .differences import datasets_differ
from .errors import NoServerError
from .node import Node

_RESOLVE_S = 5.0
"""Time between two look-ups of DNS names."""


class Members:
    """All servers, by the label of their address."""

    def __init__(
        self,
        urls: Sequence[str],
        make: Callable[[Address], AsyncClient],
        *,
        poll_s: float,
        silent_s: float,
        accept_differences: bool,
        resolve: Resolve,
    ) -> None:
        self._urls = urls
        self._make = make
        self._poll_s = poll_s
        self._silent_s = silent_s
        self._accept_differences = accept_differences
        self._resolve = resolve
        self._nodes: dict[str, Node] = {}
        self._changed: asyncio.Event = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def all(self) -> list[Node]:
        return list(self._nodes.values())

    @property
    def up(self) -> list[Node]:
        return [node for node in self.all if node.up]

    async def start(self) -> None:
        """
        Connect to the servers. Raises what waiting does not change (`ServersDifferError`, `UnauthorizedError`,
        `VersionMismatchError`), `ConnectError` for a name that cannot be resolved, `NoServerError` if none can be reached.
        """
        await self._adopt(await addresses_of(self._urls, self._resolve))
        for node in self.all:
            if node.error is not None and not node.error.retryable:
                raise node.error
        if not self.up:
            raise self.none()
        if are_names(self._urls):
            self._watching = asyncio.get_running_loop().create_task(self._watch_names())

    async def change(self, most_s: float) -> None:
        """Wait until a server has come up or gone."""
        self._changed.clear()
        try:
            await asyncio.wait_for(self._changed.wait(), most_s)
        except asyncio.TimeoutError:
            pass

    def none(self) -> NoServerError:
        """Why no server takes a call."""
        each = "; ".join(f"{node.label}: {node.condition}" for node in self.all)
        return NoServerError(f"no server takes the call: {each or 'the name has no addresses'}")

    def check(self, node: Node) -> None:
        """Raises `ServersDifferError` for the first difference of a server to one that is up."""
        if self._accept_differences:
            return
        for other in self.up:
            difference = None if other is node else datasets_differ(other, node)
            if difference is not None:
                raise difference

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await asyncio.gather(*(node.stop() for node in self.all))

    async def _adopt(self, addresses: Sequence[Address]) -> None:
        new = [address for address in addresses if address.label not in self._nodes]
        for address in new:
            self._nodes[address.label] = Node(
                address,
                self._make(address),
                poll_s=self._poll_s,
                silent_s=self._silent_s,
                check=self.check,
                changed=self._changed.set,
            )
        await asyncio.gather(*(self._nodes[address.label].attempted() for address in new))

    async def _watch_names(self) -> None:
        """A name that cannot be resolved for a while changes nothing. A server that lost its name stays while it is up."""
        while True:
            await asyncio.sleep(_RESOLVE_S * random.uniform(0.75, 1.25))
            try:
                addresses = await addresses_of(self._urls, self._resolve)
            except ConnectError:
                continue
            named = {address.label for address in addresses}
            for label, node in list(self._nodes.items()):
                if label not in named and not node.up:
                    del self._nodes[label]
                    leaving = asyncio.get_running_loop().create_task(node.stop())
                    self._leaving.add(leaving)
                    leaving.add_done_callback(self._leaving.discard)
            await self._adopt(addresses)


def may_go_elsewhere(error: StepwellError) -> bool:
    """Whether another server may do what this one refused or did not answer. A passed deadline is the caller's."""
    return error.retryable and error.code in ELSEWHERE


ELSEWHERE = frozenset({"capacity", "sandbox_unavailable", "shutting_down", "internal_error", "connection_lost", "connect"})
