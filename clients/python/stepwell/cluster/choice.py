"""The client that addresses ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..async_client import AsyncClient
from .addresses import addresses_in, are_many
from .async_cluster import AsyncCluster


def client_of(url: str | Sequence[str] | None, **options: Any) -> AsyncClient:
    """An `AsyncClient` of one server, or an `AsyncCluster` of a list, a text with commas, or a `dns+…` name."""
    urls = addresses_in(url)
    return AsyncCluster(urls, **options) if are_many(urls) else AsyncClient(urls[0], **options)
