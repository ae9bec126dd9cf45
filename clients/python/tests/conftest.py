"""A real server on the local engine, for all tests."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cable import Cable

import stepwell

ROOT = Path(os.environ.get("STEPWELL_ROOT") or Path(__file__).resolve().parents[3])

Serve = Callable[..., stepwell.LocalServer]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A server of this clone, in a state folder of its own unless it is given one."""

    def start(**settings: object) -> stepwell.LocalServer:
        home = settings.pop("home", None) or tmp_path_factory.mktemp("home")
        small = {"runtime": "local", "pool": {"bash-v1": 2}, "pool_max": 8, "log_level": "error"}
        return stepwell.serve(root=ROOT, home=home, **{**small, **settings})

    yield start


@pytest.fixture(scope="session")
def server(serve: Serve) -> Iterator[stepwell.LocalServer]:
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def narrow(serve: Serve) -> Iterator[stepwell.LocalServer]:
    """A server with one sandbox."""
    with serve(pool={"bash-v1": 1}, pool_max=1) as running:
        yield running


@pytest.fixture
def client(server: stepwell.LocalServer) -> Iterator[stepwell.Client]:
    with stepwell.Client(server.url) as connected:
        yield connected


@pytest.fixture
def cable(server: stepwell.LocalServer) -> Iterator[Cable]:
    """What lies between a client and the server, and can be cut."""
    with Cable(server.url) as laid:
        yield laid


def open_episodes(server: stepwell.LocalServer) -> int:
    """As the server counts them."""
    with urllib.request.urlopen(server.url.replace("ws", "http", 1) + "/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return sum(int(line.split()[-1]) for line in lines if line.startswith("stepwell_episodes_open"))
