"""A client of many servers, for programs without an event loop."""

from __future__ import annotations

from collections.abc import Sequence

from ..async_client import MIB
from ..client import Client
from .async_cluster import AsyncCluster
from .node import Node


class Cluster(Client):
    """
    One client of many servers. `Client` with a list of addresses is the same; this one has the parameters of `AsyncCluster`
    that say how servers are chosen, and shows the servers.
    """

    def __init__(
        self,
        url: str | Sequence[str] | None = None,
        *,
        token: str | None = None,
        timeout_s: float = 120.0,
        connect_timeout_s: float = 10.0,
        reconnect_s: float | None = None,
        max_frame_bytes: int = 64 * MIB,
        accept_differences: bool = False,
        poll_s: float = 1.0,
        silent_s: float = 5.0,
    ) -> None:
        self._cluster = AsyncCluster(
            url,
            token=token,
            timeout_s=timeout_s,
            connect_timeout_s=connect_timeout_s,
            reconnect_s=reconnect_s,
            max_frame_bytes=max_frame_bytes,
            accept_differences=accept_differences,
            poll_s=poll_s,
            silent_s=silent_s,
        )
        self._begin(self._cluster)

    @property
    def servers(self) -> list[Node]:
        """All servers: `label`, `name`, whether they are `up`, the `error` if not, and the `state` that they told last."""
        return self._cluster.servers
