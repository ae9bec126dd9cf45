"""
The process from which every program of the agent is forked. It is in the agent's control groups and contains nothing of
an episode.
"""

import gc
import json
import os
import resource
import signal
import socket
import sys
from typing import Any, Callable, NamedTuple, Optional

import spawning
from confinement import Confinement, never_return, set_dumpable
from loopback import raise_loopback
from mounts import CLONE_NEWNET, CLONE_PARENT
from processes import exit_status
from session_ends import CODE, GO, REPORT, TOLD
from user import User

# Out of the way of programs that close the low descriptors.
_REPORT_FD, _CODE_FD, _GO_FD = 1000, 1001, 1002
# Modules that the interpreter's zygote has loaded and that are hidden from a session's `sys.modules`.
_OWN_MODULES = (
    *("capabilities", "confinement", "devices", "loopback", "mmap", "mounts", "processes"),
    *("python_driver", "resource", "session_ends", "spawning", "user", "zygote_main"),
)


class Place(NamedTuple):
    """What a fork needs to know of a layer."""

    merged: str
    shm: str


class ZygoteMain:
    """
    Serves requests on `control`: a message with the descriptors, the first of which holds the request as JSON. Each is
    answered with `{"pid": …}` or `{"error": …}`. The new process is the runner's child. `interpreter` is the driver
    that a session without a program of its own runs.
    """

    def __init__(self, control: socket.socket, interpreter: Any = None) -> None:
        self._control = control
        control.set_inheritable(False)
        self._interpreter = interpreter
        set_dumpable(False)
        settings = json.loads(control.recv(65536))
        for path in settings["groups"]:
            with open(path, "w", encoding="ascii") as group:
                group.write("0")
        leave_signals()
        self._confinement = Confinement(control.recv(65536), settings["devices"], settings["hostname"])
        self._starts = {"session": self._session, "beside": self._beside}
        control.send(b"ready")

    def serve(self) -> None:
        while True:
            message, descriptors, _, _ = socket.recv_fds(self._control, 16, 16)
            if not message:
                return
            try:
                request = json.loads(_content(descriptors[0]))
                given = dict(zip(request["targets"], descriptors[1:]))
                namespaces = descriptors[1 + len(given) :]
                answer = {"pid": self._starts[request["kind"]](request, given, namespaces)}
            except OSError as error:
                answer = {"error": error.strerror or str(error)}
            for fd in descriptors:
                os.close(fd)
            self._control.send(json.dumps(answer).encode())

    def _session(self, request: dict, given: dict, _namespaces: list[int]) -> int:
        cwd, user = request["cwd"], _user(request, given)
        place = request["place"] and Place(*request["place"])

        def work() -> None:
            if request["argv"] is None:
                _keep(given)
                self._interpret(cwd, place is not None)
            spawning.keep_only(given)
            spawning.become(request["argv"], request["env"], cwd)

        if place is None:
            return self._confinement.fork_alone(work, CLONE_PARENT)
        if request["apart"]:
            return self._confinement.fork_session(place, work, CLONE_PARENT | CLONE_NEWNET, user, raise_loopback)
        return self._confinement.fork_session(place, work, CLONE_PARENT, user)

    def _beside(self, request: dict, given: dict, namespaces: list[int]) -> int:
        told = given.pop(TOLD)
        user = _user(request, given)

        def work() -> Callable[[], None]:
            spawning.keep_only(given)
            return lambda: spawning.become(request["argv"], request["env"], request["cwd"])

        return self._confinement.fork_beside(namespaces, work, told, CLONE_PARENT, user)

    def _interpret(self, cwd: str, is_first: bool) -> None:
        """The session, or the first process of its namespace, which waits for orphans and ends as the session does."""
        if not is_first:
            self._serve_session(cwd)
        os.setsid()
        interpreter = os.fork()
        if interpreter == 0:
            never_return(lambda: self._serve_session(cwd))
        os.closerange(3, _GO_FD + 1)
        os.dup2(0, 1)
        os.dup2(0, 2)
        while True:
            pid, status = os.wait()
            if pid == interpreter:
                os._exit(exit_status(status))

    def _serve_session(self, cwd: str) -> None:
        os.setsid()
        try:
            os.chdir(cwd)
        except OSError:
            os.chdir("/")
        # It is now the agent's program, like one that was started from a file.
        set_dumpable(True)
        self._interpreter.serve()


def _user(request: dict, given: dict) -> Optional[User]:
    """The user of a program, which may then open its own output again, e.g. as /dev/stderr."""
    if request["user"] is None:
        return None
    user = User(*request["user"])
    for name in (1, 2):
        if name in given:
            os.fchown(given[name], user.uid, user.gid)
    return user


def leave_signals() -> None:
    """
    Limit the agent's programs to half of the queued signals that the machine allows one user: the agent's user may be the
    machine's root, whose own programs need some for their timers.
    """
    _, most = resource.getrlimit(resource.RLIMIT_SIGPENDING)
    if most != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_SIGPENDING, (most // 2, most // 2))


def _content(fd: int) -> bytes:
    return os.pread(fd, os.fstat(fd).st_size, 0)


def _keep(given: dict) -> None:
    """Close all descriptors except the session's."""
    for target, source in ((_GO_FD, given[GO]), (_REPORT_FD, given[REPORT]), (_CODE_FD, given[CODE])):
        os.dup2(source, target, inheritable=False)
    null = os.open("/dev/null", os.O_RDWR)
    for target, source in ((0, null), (1, given[1]), (2, given[2])):
        os.dup2(source, target)
    os.closerange(3, _REPORT_FD)
    os.closerange(_GO_FD + 1, _GO_FD + 64)


def serve_interpreters(control_fd: int, driver: type) -> None:
    """Be the warm interpreter."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What each session would do after its fork.
    zygote = ZygoteMain(socket.socket(fileno=control_fd), driver(_GO_FD, _REPORT_FD, _CODE_FD))
    for name in _OWN_MODULES:
        sys.modules.pop(name, None)
    gc.collect()
    gc.freeze()
    gc.enable()
    zygote.serve()
    os._exit(0)
