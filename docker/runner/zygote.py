"""The runner's side of a warm Python interpreter, from which the sessions' interpreters are forked."""

import json
import os
import signal
import socket

import mounts
from environment import ENVIRONMENT
from processes import send
from session import rewrite
from spawning import spawn

_PYTHON = "/usr/bin/python3"
# The order of sets must not differ from one machine to the next.
_ENVIRONMENT = {**ENVIRONMENT, "PYTHONHASHSEED": "0"}
_CONTROL_FD = 60
_TIMEOUT_S = 20


class Zygote:
    """
    Started before any episode, it holds nothing of one: an interpreter forked from it starts in a millisecond and
    has no memory of the runner's. `settings` are those of a `Confinement`. `place` is where the interpreter's file can
    be mounted, `None` where nothing can be.
    """

    def __init__(self, settings, place) -> None:
        self._filter, *names = settings
        self._settings = json.dumps(names).encode()
        self._program = _PYTHON if place is None else _protected(place)
        self._control = None
        self.pid = None
        self._spawn()

    def _spawn(self) -> None:
        folder = os.path.dirname(os.path.abspath(__file__))
        program = f"import sys; sys.path.insert(0, {folder!r}); import zygote_main; sys.path.pop(0); zygote_main.main()\n"
        script = os.memfd_create("script", os.MFD_CLOEXEC)
        null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            rewrite(script, program.encode())
            descriptors = {0: script, 1: null, 2: 2, _CONTROL_FD: theirs.fileno()}
            self.pid = spawn([_PYTHON], _ENVIRONMENT, descriptors, self._program)
        finally:
            theirs.close()
            os.close(script)
            os.close(null)
        ours.settimeout(_TIMEOUT_S)
        self._control = ours
        self._control.send(self._settings)
        self._control.send(self._filter)

    def start(self, layer, cwd: str, descriptors: dict) -> int:
        """
        Fork an interpreter with these descriptors (`{target: source}`), in namespaces of its own over `layer` or, without
        one, in the runner's; the first process of the namespace. Raises OSError with what stood in the way.
        """
        place = None if layer is None else {"merged": layer.merged, "shm": layer.shm}
        request = json.dumps({"place": place, "cwd": cwd, "targets": list(descriptors)}).encode()
        try:
            socket.send_fds(self._control, [request], list(descriptors.values()))
            answer = self._control.recv(65536)
        except OSError:
            answer = b""
        if not answer:
            self._respawn()
            raise OSError("the interpreter that others are forked from has ended")
        fields = json.loads(answer)
        if "error" in fields:
            raise OSError(fields["error"])
        return fields["pid"]

    def _respawn(self) -> None:
        self._control.close()
        try:
            send(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            pass
        self._spawn()


def _protected(place: str) -> str:
    """
    The interpreter's file as a read-only one of this container's own: an agent reaches the file that it runs from through
    /proc/self/exe, and could lock the machine's, or watch who runs it.
    """
    folder, name = os.path.split(os.path.realpath(_PYTHON))
    os.makedirs(f"{place}/empty")
    options = f"lowerdir={folder}:{place}/empty"
    mounts.mount("overlay", place, "overlay", mounts.MS_NOSUID | mounts.MS_NODEV | mounts.MS_RDONLY, options)
    return f"{place}/{name}"
