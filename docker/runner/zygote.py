"""The runner's side of the process that the agent's programs are forked from."""

import json
import os
import signal
import socket
from collections.abc import Iterable
from typing import Callable, NamedTuple, Optional

import mounts
from beside import CannotStart, beside
from confinement import Confinement, never_return
from environment import ENVIRONMENT
from layer import Layer
from processes import reap, send
from session_ends import TOLD, rewrite
from spawning import keep_only, take_defaults
from user import User
from zygote_main import ZygoteMain

_PYTHON = "/usr/bin/python3"
# The order of sets must not differ from one machine to the next.
_ENVIRONMENT = {**ENVIRONMENT, "PYTHONHASHSEED": "0"}
_CONTROL_FD = 60
_TIMEOUT_S = 20


class ZygoteSettings(NamedTuple):
    """
    Settings of a zygote. `groups`: files through which a process joins the agent's control groups. `alone`: sessions
    share the runner's namespaces, and so does the zygote, which then never has more rights than they.
    """

    seccomp_filter: bytes
    devices: str
    hostname: str
    groups: list
    alone: bool = False


class Zygote:
    """
    A process that was started before any episode and contains nothing of one. Its forks are cheap, are in the agent's
    limits from the start, and are the runner's children. Without a `place` it is a fork of the runner, for sessions and
    programs that are loaded from files. With a `place` (where its file is mounted, or `""` if nothing can be mounted) it
    is a warm Python interpreter, from which sessions are forked.
    """

    def __init__(self, settings: ZygoteSettings, place: Optional[str] = None) -> None:
        self._settings = settings
        self._program = None if place is None else _protected(place) if place else _PYTHON
        self._control = None
        self.pid = None
        self._begin()

    def _begin(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self.pid = self._fork(theirs) if self._program is None else self._spawn(theirs)
        finally:
            theirs.close()
        ours.settimeout(_TIMEOUT_S)
        self._control = ours
        settings = self._settings
        told = {"devices": settings.devices, "hostname": settings.hostname, "groups": settings.groups}
        ours.send(json.dumps(told).encode())
        ours.send(settings.seccomp_filter)
        if ours.recv(16) != b"ready":
            raise OSError("the process that programs are forked from does not start")

    def _fork(self, theirs: socket.socket) -> int:
        return self._started(lambda: self._serve(theirs))

    def _started(self, work: Callable[[], None]) -> int:
        if self._settings.alone:
            return Confinement(self._settings.seccomp_filter, "", "").fork_alone(work)
        pid = os.fork()
        if pid == 0:
            never_return(work)
        return pid

    @staticmethod
    def _serve(control: socket.socket) -> None:
        # Its standard input and output may be the runner's channel.
        keep_only({2: 2, _CONTROL_FD: control.fileno()})
        os.dup2(0, 1)
        ZygoteMain(socket.socket(fileno=_CONTROL_FD)).serve()
        os._exit(0)

    def _spawn(self, theirs: socket.socket) -> int:
        folder = os.path.dirname(os.path.abspath(__file__))
        program = (
            f"import gc, sys; gc.disable(); sys.path.insert(0, {folder!r}); import python_driver, zygote_main; "
            f"sys.path.pop(0); zygote_main.serve_interpreters({_CONTROL_FD}, python_driver.Driver)\n"
        )
        script = os.memfd_create("script", os.MFD_CLOEXEC)
        null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        try:
            rewrite(script, program.encode())
            descriptors = {0: script, 1: null, 2: 2, _CONTROL_FD: theirs.fileno()}
            return self._started(lambda: self._load(descriptors))
        finally:
            os.close(script)
            os.close(null)

    def _load(self, descriptors: dict) -> None:
        keep_only(descriptors)
        take_defaults()
        os.execve(self._program, [_PYTHON], _ENVIRONMENT)

    def start(
        self,
        layer: Optional[Layer],
        argv: Optional[list[str]],
        env: dict,
        cwd: str,
        descriptors: dict,
        user: Optional[User] = None,
        is_apart: bool = False,
    ) -> int:
        """
        Start a session with these descriptors (`{target: source}`): `argv`, or an interpreter if that is None. With a
        layer it is in namespaces of its own, with `is_apart` also of the network; else in the runner's. Returns the first
        process of the namespace. Raises CannotStart.
        """
        place = None if layer is None else (layer.merged, layer.shm)
        request = {"kind": "session", "place": place, "argv": argv, "env": env, "cwd": cwd, "user": user, "apart": is_apart}
        return self._ask(request, descriptors, ())

    def start_beside(
        self,
        namespaces: Iterable[int],
        argv: list[str],
        env: dict,
        cwd: str,
        descriptors: dict,
        user: Optional[User] = None,
    ) -> int:
        """
        Start a program in the namespaces of a session (their descriptors), not as its child, like an engine's `exec`;
        returns its pid. Raises CannotStart.
        """
        request = {"kind": "beside", "argv": argv, "env": env, "cwd": cwd, "user": user}
        return beside(lambda told: self._ask(request, {**descriptors, TOLD: told}, namespaces))

    def _ask(self, request: dict, descriptors: dict, namespaces: Iterable[int]) -> int:
        text = os.memfd_create("request", os.MFD_CLOEXEC)
        try:
            rewrite(text, json.dumps({**request, "targets": list(descriptors)}).encode())
            answer = self._answer([text, *descriptors.values(), *namespaces])
        finally:
            os.close(text)
        if "error" in answer:
            raise CannotStart(answer["error"])
        return answer["pid"]

    def _answer(self, descriptors: list[int]) -> dict:
        """The zygote's answer. A zygote that has ended, e.g. because memory ran out, is restarted."""
        if self.pid is None or os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            self._begin_again()
        try:
            socket.send_fds(self._control, [b"start"], descriptors)
            answer = self._control.recv(65536)
        except OSError:
            answer = b""
        if answer:
            return json.loads(answer)
        # A late answer would be taken for the next one.
        self.close()
        raise CannotStart("the process that programs are forked from has ended")

    def _begin_again(self) -> None:
        self.close()
        try:
            self._begin()
        except OSError as error:
            raise CannotStart(str(error)) from error

    def close(self) -> None:
        """End it and leave no zombie; the next request starts a new one."""
        self._control.close()
        if self.pid is not None:
            send(self.pid, signal.SIGKILL)
            reap(self.pid, (os.getpid(),))
            self.pid = None


def _protected(place: str) -> str:
    """
    A read-only copy of the interpreter's file for this container: through /proc/self/exe an agent reaches the file that
    it runs from, and could lock the machine's file or watch who runs it.
    """
    folder, name = os.path.split(os.path.realpath(_PYTHON))
    os.makedirs(f"{place}/empty")
    options = f"lowerdir={folder}:{place}/empty"
    mounts.mount("overlay", place, "overlay", mounts.MS_NOSUID | mounts.MS_NODEV | mounts.MS_RDONLY, options)
    return f"{place}/{name}"
