"""A reset for interfaces of trainers, which do not try again themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .async_client import AsyncClient
from .async_episode import AsyncEpisode
from .errors import StepwellError

_TRIES = 3


async def retried_reset(client: AsyncClient, environment: str, options: Mapping[str, Any]) -> AsyncEpisode:
    """Begin an episode. A reset whose error is retryable is tried three times; then its last error is raised."""
    for _ in range(_TRIES - 1):
        try:
            return await client.reset(environment, **options)
        except StepwellError as error:
            if not error.retryable:
                raise
    return await client.reset(environment, **options)
