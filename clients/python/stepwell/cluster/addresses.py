"""The servers behind a list of addresses."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ..address import default_url, endpoint
from ..errors import ConnectError

_DNS = "dns+"

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""All IP addresses of a name."""


@dataclass(frozen=True)
class Address:
    """A server that a client may connect to."""

    url: str
    host_address: str | None
    """IP address, if the name of the URL stands for several servers."""
    label: str
    """For people, and to tell servers apart."""


def addresses_in(url: str | Sequence[str] | None) -> list[str]:
    """A list, a text with commas, or what `STEPWELL_URL` says, as a list."""
    given = default_url() if url is None else url
    return [one.strip() for one in given.split(",") if one.strip()] if isinstance(given, str) else list(given)


def are_many(urls: Sequence[str]) -> bool:
    """Whether they need a client of many servers."""
    return len(urls) != 1 or are_names(urls)


def are_names(urls: Sequence[str]) -> bool:
    """Whether any of them names servers by DNS, so that they may change."""
    return any(url.startswith(_DNS) for url in urls)


async def system_resolve(name: str) -> list[str]:
    """What the machine's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


async def addresses_of(urls: Sequence[str], resolve: Resolve) -> list[Address]:
    """
    The servers behind URLs. `dns+ws://name:port` means a server at each address of the name.

    Raises `ConnectError`: not an address, or a name that cannot be resolved.
    """
    found: dict[str, Address] = {}
    for url in urls:
        for address in await _of_name(url, resolve) if url.startswith(_DNS) else [_of_url(url)]:
            found[address.label] = address
    return list(found.values())


def _of_url(text: str) -> Address:
    url = endpoint(text)
    return Address(url, None, url)


async def _of_name(text: str, resolve: Resolve) -> list[Address]:
    url = endpoint(text.removeprefix(_DNS))
    try:
        addresses = await resolve(urlsplit(url).hostname or "")
    except OSError as fault:
        raise ConnectError(f"the name of {text} cannot be resolved: {fault}") from fault
    return [Address(url, address, f"{url} at {address}") for address in addresses]
