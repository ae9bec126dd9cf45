"""The fallback where layers cannot be made: the container itself is the sandbox, and is replaced after each episode."""

import os
from functools import partial

from bash_process import start_bash
from confinement import Confinement
from processes import reap_orphans
from program import Program
from python_process import start_python
from request_error import RequestError
from sandbox import LayerSandbox
from spawning import become
from zygote import Zygote


class _Whole:
    """The container's own root in the place of a layer."""

    merged = "/"


class ReplacedSandbox(LayerSandbox):
    """`replace` isolation: one episode, then the server throws the container away."""

    isolation = "replace"

    def __init__(self, services, kind: str) -> None:
        if os.getpid() != 1:
            raise RuntimeError("replace isolation ends every process beside the runner: it runs in a container only")
        self._services = services
        self._layer = _Whole()
        self._session = None
        self._confinement = Confinement(b"", "", "")
        self._zygote = Zygote((b"", "", ""), None) if kind == "python" else None
        # The agent may remove it.
        self._null = os.open("/dev/null", os.O_RDONLY)

    def reset(self) -> None:
        if self._session is not None:
            raise RequestError("not_supported", "this sandbox cannot be reset; replace the container")
        self._session = self._start_session("/")

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _process(self, cwd: str, descriptors: dict):
        spared = (os.getpid(),)
        if self._zygote is None:
            return start_bash(self._confinement, None, spared, cwd, descriptors)
        return start_python(self._zygote, None, spared, cwd, descriptors)

    def mark(self) -> None:
        raise RequestError("not_supported", "mark is the engine's where there are no layers")

    def diff(self):
        raise RequestError("not_supported", "diff is the engine's where there are no layers")

    def inspect(self, request: dict):
        raise RequestError("not_supported", "inspect needs layers")

    def run(self, request: dict, payload: bytes):
        # An episode may be long, and what has ended counts towards its processes until it is waited for.
        reap_orphans(self._kept())
        return super().run(request, payload)

    def execute(self, request: dict):
        reap_orphans(self._kept())
        return super().execute(request)

    def _program(self, request: dict) -> Program:
        def start(descriptors: dict) -> int:
            work = partial(become, request["argv"], request["env"], descriptors, request["cwd"])
            return self._confinement.fork(None, work)

        return Program(start, {0: os.dup(self._null)}, self._services)
