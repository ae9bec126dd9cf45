"""The warm interpreter: forks one for each session, and tells how they ended."""

import gc
import json
import os
import signal
import socket
import sys

from confinement import Confinement
from python_driver import Driver

_CONTROL_FD = 60
# Out of the way of programs that close the low descriptors.
_TALK_FD, _CODE_FD = 1000, 1001
_OWN_MODULES = ("confinement", "capabilities", "python_driver", "zygote_main")


class ZygoteMain:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._confinement = Confinement(control.recv(65536).removeprefix(b"filter"))

    def serve(self) -> None:
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._control, 65536, 8)
            if not data:
                return
            request = json.loads(data)
            try:
                answer = self._wait(request) if request["op"] == "wait" else self._start(request, descriptors)
            except Exception as error:  # noqa: BLE001 - the runner must hear of it
                answer = {"error": f"{type(error).__name__}: {error}"}
            for fd in descriptors:
                os.close(fd)
            self._control.send(json.dumps(answer).encode())

    def _wait(self, request: dict) -> dict:
        code = os.waitstatus_to_exitcode(os.waitpid(request["pid"], 0)[1])
        return {"status": code if code >= 0 else 128 - code}

    def _start(self, request: dict, descriptors) -> dict:
        first = request["first"]
        pid, namespaces = (os.fork(), []) if first is None else self._confinement.fork(first)
        if pid:
            return {"pid": pid}
        try:
            self._become(request, dict(zip(request["targets"], descriptors)), namespaces)
        finally:
            os._exit(127)

    def _become(self, request: dict, descriptors: dict, namespaces) -> None:
        """A session's interpreter: it leaves everything of the runner's behind, and never returns."""
        self._confinement.enter(namespaces)
        null = os.open("/dev/null", os.O_RDONLY)
        for target, source in ((_TALK_FD, descriptors[60]), (_CODE_FD, descriptors[61])):
            os.dup2(source, target, inheritable=False)
        for target, source in ((0, null), (1, descriptors[1]), (2, descriptors[2])):
            os.dup2(source, target)
        os.closerange(3, _TALK_FD)
        os.closerange(_CODE_FD + 1, _CODE_FD + 64)
        os.setsid()
        try:
            os.chdir(request["cwd"])
        except OSError:
            os.chdir("/")
        if request["first"] is not None:
            self._confinement.confine()
        for name in _OWN_MODULES:
            sys.modules.pop(name, None)
        Driver(_TALK_FD, _CODE_FD).serve()


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    zygote = ZygoteMain(socket.socket(fileno=_CONTROL_FD))
    gc.collect()
    gc.freeze()
    zygote.serve()
    os._exit(0)
