"""The warm interpreter: forks one for each session, in namespaces of its own."""

import gc
import json
import os
import signal
import socket
import sys
from typing import NamedTuple

from confinement import Confinement, never_return
from mounts import CLONE_PARENT
from processes import exit_status
from python_driver import Driver

_CONTROL_FD = 60
# Out of the way of programs that close the low descriptors.
_TALK_FD, _CODE_FD = 1000, 1001
_OWN_MODULES = ("bubblewrap", "capabilities", "confinement", "mounts", "processes", "python_driver", "zygote_main")


class Place(NamedTuple):
    """What a fork needs to know of a layer."""

    merged: str
    shm: str


class ZygoteMain:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        devices, hostname = json.loads(control.recv(65536))
        self._confinement = Confinement(control.recv(65536), devices, hostname)

    def serve(self) -> None:
        while True:
            data, descriptors, _, _ = socket.recv_fds(self._control, 65536, 8)
            if not data:
                return
            answer = self._start(json.loads(data), descriptors)
            for fd in descriptors:
                os.close(fd)
            self._control.send(json.dumps(answer).encode())

    def _start(self, request: dict, descriptors) -> dict:
        given = dict(zip(request["targets"], descriptors))
        place = request["place"] and Place(**request["place"])
        try:
            pid = self._confinement.fork(place, lambda: self._session(place, request["cwd"], given), CLONE_PARENT)
        except OSError as error:
            return {"error": str(error)}
        return {"pid": pid}

    def _session(self, place, cwd: str, given: dict) -> None:
        """The session, or the first process of its namespace, which waits for orphans and ends as the session does."""
        _keep(given)
        if place is None:
            _serve_session(cwd)
        os.setsid()
        interpreter = os.fork()
        if interpreter == 0:
            never_return(lambda: _serve_session(cwd))
        os.closerange(3, _CODE_FD + 1)
        os.dup2(0, 1)
        os.dup2(0, 2)
        while True:
            pid, status = os.wait()
            if pid == interpreter:
                os._exit(exit_status(status))


def _keep(given: dict) -> None:
    """Leave no descriptor open but the session's."""
    for target, source in ((_TALK_FD, given[60]), (_CODE_FD, given[61])):
        os.dup2(source, target, inheritable=False)
    null = os.open("/dev/null", os.O_RDWR)
    for target, source in ((0, null), (1, given[1]), (2, given[2])):
        os.dup2(source, target)
    os.closerange(3, _TALK_FD)
    os.closerange(_CODE_FD + 1, _CODE_FD + 64)


def _serve_session(cwd: str) -> None:
    os.setsid()
    try:
        os.chdir(cwd)
    except OSError:
        os.chdir("/")
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
