"""The resident runner: serves one sandbox to one server until the channel closes."""

import errno
import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Mapping
from typing import Any, Callable, Optional

from absence import Absence, Hold
from confinement import set_dumpable
from frames import Disconnected, Frame, FrameChannel
from journal import Journal
from layer_settings import LayerSettings
from replaced_sandbox import ReplacedSandbox
from request_error import RequestError
from sandbox import LayerSandbox
from waits import wait_roughly

VERSION = 1
# Requests that start a process in the agent's limits, and the errors when these are used up.
_STARTS = ("exec", "inspect")
_NO_ROOM = (errno.EAGAIN, errno.ENOMEM)


class Abandoned(Exception):
    """Raised in a request when the server asks for a reset: the server no longer needs the request's result."""


class Runner:
    """Answers requests in order; `ping` is answered at once, even while code runs."""

    def __init__(self, channel: FrameChannel, settings: Mapping[str, str]) -> None:
        self._channel = channel
        self._sandbox = make_sandbox(settings, {channel.read_fd: self._meanwhile})
        self._waiting = deque()
        self._journal = Journal()
        # Where the next server listens after this one has gone, and who may be that; None: the runner ends with its server.
        self._socket_path = settings.get("STEPWELL_SOCKET")
        self._hold: Optional[Hold] = None
        # While there is no server.
        self._absence: Optional[Absence] = None
        # How many servers have been connected: replies to requests of one that has gone are only kept.
        self._servers = 1
        self._handlers = {
            "run": lambda header, payload: self._sandbox.run(header, payload),
            "put": lambda header, payload: self._sandbox.put(header, payload),
            "place": lambda header, payload: self._sandbox.place(header, payload),
            "get": lambda header, _: ({}, self._sandbox.get(header)),
            "list": lambda header, _: ({"files": self._sandbox.list(header)}, b""),
            "mark": lambda _header, _payload: self._sandbox.mark(),
            "diff": lambda _header, _payload: (self._sandbox.diff(), b""),
            "checksums": lambda header, _: (self._sandbox.checksums(header), b""),
            "inspect": lambda header, _: self._sandbox.inspect(header),
            "exec": lambda header, _: self._sandbox.execute(header),
            "limit": lambda header, _: self._sandbox.limit(header),
            "become": lambda header, _: (self._sandbox.become(header), b""),
            "quiesce": lambda header, _: self._sandbox.quiesce(header["mode"]),
            "snapshot": lambda _header, _payload: self._sandbox.snapshot(),
            "restore": lambda _header, payload: self._sandbox.restore(payload),
            "reset": lambda header, _payload: self._reset(header.get("image")),
            "hold": lambda header, _: self._keep(header),
            "leave": lambda _header, _payload: self._journal.clear(),
            "recall": lambda _header, _payload: self._journal.untold(),
        }

    def greet(self) -> None:
        """Send hello, then `ready` when the first session is ready."""
        sandbox = self._sandbox
        hello = {"event": "hello", "version": VERSION, "isolation": sandbox.isolation, "session": sandbox.kind}
        self._channel.write(hello)
        self._sandbox.reset()
        self._channel.write({"event": "ready"})

    def serve(self) -> None:
        while True:
            header, payload = self._waiting.popleft() if self._waiting else checked(self._next())
            if header["op"] == "quit":
                return
            try:
                self._sort()
            except Abandoned:
                pass
            self._answer(header, payload)

    def _next(self) -> Frame:
        while (frame := self._channel.next_buffered()) is None:
            self._fill()
        return frame

    def _answer(self, header: dict, payload: bytes) -> None:
        if header["op"] == "ping":
            self._write({"id": header["id"], "ok": True})
            return
        asked_by = self._servers
        self._journal.begin(header, payload)
        reply, data = self._outcome(header, payload)
        is_told = self._absence is None and asked_by == self._servers
        self._journal.end(reply, data, is_told)
        if is_told:
            self._write({"id": header["id"], **reply}, data)

    def _outcome(self, header: dict, payload: bytes) -> tuple[dict, bytes]:
        """The reply to a request, without its id."""
        handler = self._handlers.get(header["op"])
        try:
            if self._waiting and any(waiting["op"] == "reset" for waiting, _ in self._waiting):
                raise Abandoned
            if handler is None:
                raise RequestError("bad_request", f"op: unknown {header['op']!r}")
            fields, data = handler(header, payload) or ({}, b"")
        except RequestError as error:
            return refusal(error.code, str(error))
        except KeyError as error:
            return refusal("bad_request", f"{error.args[0]}: missing")
        except Abandoned:
            return refusal("abandoned", "a reset was asked for meanwhile")
        except Disconnected:
            raise
        except OSError as error:
            if header["op"] in _STARTS and error.errno in _NO_ROOM:
                return refusal("exhausted", f"no process can be started beside the agent's: {error.strerror}")
            traceback.print_exc()
            return refusal("fault", f"{type(error).__name__}: {error}")
        except Exception as error:  # any error must reach the server
            traceback.print_exc()
            return refusal("fault", f"{type(error).__name__}: {error}")
        return {"ok": True, **fields}, data

    def _write(self, header: dict, payload: bytes = b"") -> None:
        if self._absence is not None:
            return
        try:
            self._channel.write(header, payload)
        except (BrokenPipeError, ConnectionResetError):
            # The server has gone: the end of the input follows.
            pass

    def _reset(self, image: Any) -> None:
        self._journal.clear()
        self._sandbox.reset(image)

    def _keep(self, header: dict) -> None:
        self._hold = Hold(header["key"], header["grace_ms"] / 1000)

    def close(self) -> None:
        self._sandbox.close()

    def _meanwhile(self) -> None:
        """Handle frames that arrive while code runs: pings are answered, a reset ends the code, other requests wait."""
        self._fill()
        self._sort()

    def _fill(self) -> None:
        """Wait for what comes next: something of the server or, while there is none, the next moment to look for one."""
        if self._absence is not None:
            found = self._absence.look(self._channel.read_fd)
            if found is not None:
                self._take_up(*found)
            return
        try:
            self._channel.fill()
        except (Disconnected, ConnectionResetError) as gone:
            self._lose(gone)

    def _lose(self, gone: Exception) -> None:
        """The server has gone. Raises Disconnected if it leaves nothing that another one would take back."""
        # A server that has taken the sandbox back may wait for the request in progress; the next one asks for itself.
        is_left = all(header["op"] == "recall" for header, _ in self._waiting)
        if self._hold is None or self._socket_path is None or self._journal.lease is None or not is_left:
            raise Disconnected(str(gone)) from gone
        self._waiting.clear()
        absence = Absence(self._socket_path, self._hold)
        # In the place of the socket, so that what waits for the server goes on to wait.
        self._channel.stand_in(absence.fd)
        self._absence = absence

    def _take_up(self, connection: int, request: int) -> None:
        """Another server takes the sandbox back."""
        self._channel.stand_in(connection)
        self._absence = None
        self._servers += 1
        told, payload = self._journal.told()
        self._write({"id": request, "ok": True, "version": VERSION, "image": self._sandbox.image, **told}, payload)

    def _sort(self) -> None:
        while (frame := self._channel.next_buffered()) is not None:
            if checked(frame)[0]["op"] == "ping":
                self._answer(*frame)
            else:
                self._waiting.append(frame)
                if frame[0]["op"] == "reset":
                    raise Abandoned


def refusal(code: str, message: str) -> tuple[dict, bytes]:
    return {"ok": False, "code": code, "message": message}, b""


def checked(frame: Frame) -> Frame:
    """The frame, if it is a request. A request without an id cannot be answered, not even with an error."""
    header, _ = frame
    if not isinstance(header.get("op"), str) or not isinstance(header.get("id"), int):
        raise Disconnected("a frame that is no request")
    return frame


def make_sandbox(settings: Mapping[str, str], services: Mapping[int, Callable[[], None]]) -> LayerSandbox:
    """
    The sandbox of the wanted isolation. There is no fallback: in a container with the rights to make layers, an agent
    without a layer would have these rights too.
    """
    kind = settings.get("STEPWELL_SESSION", "bash")
    if settings.get("STEPWELL_ISOLATION", "layer") == "replace":
        return ReplacedSandbox(services, kind)
    made = LayerSettings(
        session=kind,
        scratch=settings.get("STEPWELL_SCRATCH", "/run/stepwell"),
        roots=settings.get("STEPWELL_ROOTS", "/").split(":"),
        layer_bytes=int(settings.get("STEPWELL_LAYER_BYTES", 128 * 1024 * 1024)),
        layer_inodes=int(settings.get("STEPWELL_LAYER_INODES", 32768)),
        memory_bytes=int(settings.get("STEPWELL_MEMORY_BYTES", 0)),
        pids=int(settings.get("STEPWELL_PIDS", 0)),
        hostname=settings.get("STEPWELL_HOSTNAME", "stepwell"),
        bare_network=settings.get("STEPWELL_BARE_NETWORK") == "1",
        store=settings.get("STEPWELL_STORE", ""),
    )
    return LayerSandbox(services, made)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    set_dumpable(False)
    # Freeze loaded modules so that the garbage collector skips them. A step makes no reference cycles, so the collector
    # rarely runs.
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()
    socket_path = os.environ.get("STEPWELL_SOCKET")
    channel = FrameChannel.connect(socket_path) if socket_path else FrameChannel(0, 1)
    try:
        runner = Runner(channel, os.environ)
        runner.greet()
        # The processes of agents are forks of the zygote, which began before.
        wait_roughly()
    except Exception as error:  # any error here is the reason why the container ends
        sys.exit(f"stepwell runner: no {os.environ.get('STEPWELL_ISOLATION', 'layer')}: {type(error).__name__}: {error}")
    try:
        runner.serve()
    except Disconnected as gone:
        print(f"stepwell runner: {gone}", file=sys.stderr)
    finally:
        runner.close()
