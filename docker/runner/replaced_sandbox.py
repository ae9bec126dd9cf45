"""
`replace` isolation, for machines without layers: the container itself is the sandbox and is replaced after each episode.
"""

import os
from collections.abc import Mapping
from typing import Any, Callable

import capabilities
from processes import reap_orphans
from program import argv_of
from request_error import RequestError
from sandbox import LayerSandbox
from seccomp import filter_program
from zygote import Zygote, ZygoteSettings


class _Whole:
    """The container's own root instead of a layer."""

    merged = "/"


class ReplacedSandbox(LayerSandbox):
    """One episode; then the server removes the container."""

    isolation = "replace"

    def __init__(self, services: Mapping[int, Callable[[], None]], kind: str) -> None:
        if os.getpid() != 1:
            raise RuntimeError("replace isolation ends every process beside the runner: it runs in a container only")
        self._services = services
        self.kind = kind
        self._layer = _Whole()
        self.image = None
        self._session = None
        self._confinement = None
        capabilities.bound(capabilities.AGENT)
        settings = ZygoteSettings(filter_program(), "", "", [], alone=True)
        self._zygote = Zygote(settings, "" if kind == "python" else None)
        # The agent may remove it.
        self._null = os.open("/dev/null", os.O_RDONLY)

    def reset(self, image: Any = None) -> None:
        if image is not None:
            raise RequestError("not_supported", "image: images need layers")
        if self._session is not None:
            raise RequestError("not_supported", "this sandbox cannot be reset; replace the container")
        self._session = self._start_session("/")

    def close(self) -> None:
        self._end_session()

    def _end_session(self) -> None:
        if self._session is not None:
            super()._end_session()
            # A signal to every process of the container would end the runner too.
            self._zygote.close()

    @property
    def _place(self) -> None:
        return None

    def mark(self) -> None:
        raise RequestError("not_supported", "mark is the engine's where there are no layers")

    def diff(self) -> dict:
        raise RequestError("not_supported", "diff is the engine's where there are no layers")

    def checksums(self, request: dict) -> dict:
        raise RequestError("not_supported", "checksums need layers")

    def limit(self, request: dict) -> None:
        raise RequestError("not_supported", "limits of a task need layers")

    def become(self, request: dict) -> dict:
        raise RequestError("not_supported", "user: other users than root need layers")

    def place(self, request: dict, payload: bytes) -> None:
        raise RequestError("not_supported", "place needs layers")

    def snapshot(self) -> tuple[dict, bytes]:
        raise RequestError("not_supported", "snapshot needs layers")

    def restore(self, payload: bytes) -> None:
        raise RequestError("not_supported", "restore needs layers")

    def inspect(self, request: dict) -> tuple[dict, bytes]:
        raise RequestError("not_supported", "inspect needs layers")

    def run(self, request: dict, payload: bytes) -> tuple[dict, bytes]:
        # A zombie counts towards the agent's processes until it is waited for, and an episode may be long.
        reap_orphans(self._kept())
        return super().run(request, payload)

    def _start_program(self, request: dict, descriptors: dict) -> int:
        argv = argv_of(request, self._shell.path)
        return self._zygote.start(None, argv, request["env"], request["cwd"], {0: self._null, **descriptors})
