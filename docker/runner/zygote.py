"""The runner's side of a warm Python interpreter, from which the sessions' interpreters are forked."""

import json
import os
import socket

from bubblewrap import spawn
from environment import ENVIRONMENT
from session import rewrite

_PYTHON = "/usr/bin/python3"
_CONTROL_FD = 60
_TIMEOUT_S = 20


class Zygote:
    """
    Started before any episode, it holds nothing of one: an interpreter forked from it starts in a millisecond and
    has no memory of the runner's. `seccomp_filter` confines what joins a namespace.
    """

    def __init__(self, seccomp_filter: bytes) -> None:
        self._filter = seccomp_filter
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
            self.pid = spawn([_PYTHON], ENVIRONMENT, {0: script, 1: null, 2: 2, _CONTROL_FD: theirs.fileno()})
        finally:
            theirs.close()
            os.close(script)
            os.close(null)
        ours.settimeout(_TIMEOUT_S)
        self._control = ours
        # An empty message would be the end of the conversation.
        self._control.send(b"filter" + self._filter)

    def start(self, first, cwd: str, descriptors: dict) -> int:
        """
        Fork an interpreter with these descriptors (`{target: source}`), in the namespaces of `first` or, without one,
        in the runner's own; its pid. Raises OSError with what stood in the way.
        """
        request = {"op": "start", "first": first, "cwd": cwd, "targets": list(descriptors)}
        return self._ask(request, list(descriptors.values()))["pid"]

    def wait(self, pid: int) -> int:
        """The exit status of an interpreter, once it has ended."""
        return self._ask({"op": "wait", "pid": pid}, [])["status"]

    def _ask(self, request: dict, descriptors) -> dict:
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
            answer = self._control.recv(65536)
        except OSError:
            answer = b""
        if not answer:
            self._respawn()
            raise OSError("the interpreter that others are forked from has ended")
        fields = json.loads(answer)
        if "error" in fields:
            raise OSError(fields["error"])
        return fields

    def _respawn(self) -> None:
        self._control.close()
        try:
            os.kill(self.pid, 9)
            os.waitpid(self.pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass
        self._spawn()
